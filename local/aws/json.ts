/** Typed reads of untyped JSON. Every failure says where, what was expected, and what was there. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw new Error(`${path}: expected an object, got ${show(value)}`);
}

export function asList(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${path}: expected a list, got ${show(value)}`);
}

export function asString(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${path}: expected a string, got ${show(value)}`);
}

/** CloudFormation takes numbers written as strings (a Ref to a parameter is always a string). */
export function asNumber(value: unknown, path: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new Error(`${path}: expected a number, got ${show(value)}`);
}

export function asBoolean(value: unknown, path: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Error(`${path}: expected a boolean, got ${show(value)}`);
}

/** IAM writes a list of one as the bare value. */
export function asStrings(value: unknown, path: string): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item, index) => asString(item, `${path}[${index}]`));
}

/** A string, or a number or boolean as text. */
export function scalarOf(value: unknown, path: string): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : asString(value, path);
}

export function optional<T>(value: unknown, path: string, read: (value: unknown, path: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, path);
}

export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
