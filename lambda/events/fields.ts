/** Unknown or malformed event. Thrown, so that the message ends up in the dead-letter queue for a person. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

type Fields = Readonly<Record<string, unknown>>;

const unexpected = (name: string, found: unknown, expected: string) =>
  new UnreadableEvent(`${name} is ${JSON.stringify(found)}, expected ${expected}`);

export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null) throw unexpected(name, value, 'an object');
  return value as Fields;
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw unexpected(name, value, 'text');
}

export const optionalTextIn = <Name extends string>(fields: Fields, name: Name): { readonly [key in Name]?: string } =>
  fields[name] === undefined ? {} : ({ [name]: textIn(fields, name) } as { readonly [key in Name]?: string });

export function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unexpected(name, value, 'a whole number');
}

/** An absent flag is not set. */
export function optionalFlagIn(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw unexpected(name, value, 'true or false');
}

export function mustBe(fields: Fields, name: string, value: string): void {
  if (fields[name] !== value) throw unexpected(name, fields[name], JSON.stringify(value));
}
