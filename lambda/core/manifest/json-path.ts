export type JsonPath = readonly (string | number)[];

const MAX_QUOTED = 80;
const MAX_PATH = 400;

/** A value as an error message may show it: short, on one line, and well-formed, whatever a hostile manifest holds. */
export function quote(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_QUOTED + 1).toWellFormed()) : String(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED).toWellFormed()}…` : text;
}

/** `$.layers[0].annotations['a.b']`, as https://www.rfc-editor.org/rfc/rfc9535 writes paths. */
export const formatPath = (path: JsonPath): string =>
  bounded(path.reduce<string>((text, step) => text + formatStep(step), '$'));

/** The path of a field of the object at a path that is formatted already. */
export const formatFieldPath = (parent: string, field: string): string => bounded(parent + formatStep(field));

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  if (/^[A-Za-z_]\w{0,79}$/.test(step)) return `.${step}`;
  return `['${quote(step).slice(1, -1).replaceAll("'", "\\'")}']`;
}

const bounded = (text: string): string =>
  text.length > MAX_PATH ? `${text.slice(0, MAX_PATH).toWellFormed()}…` : text;
