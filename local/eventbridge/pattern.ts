import { isObject, type JsonObject, show } from '../aws/json';
import { unsupported } from '../aws/unsupported';
import { compileMatcher, InvalidEventPattern, type Matcher } from './matchers';

export interface CompiledPattern {
  matches(event: unknown): boolean;
}

/** One field of a pattern; any of its matchers is enough. */
interface Field {
  readonly path: readonly string[];
  readonly matchers: readonly Matcher[];
}

/**
 * Compiles an EventBridge pattern, with the semantics of AWS's own matcher (https://github.com/aws/event-ruler): values of
 * one field are alternatives, fields must all match, and a negative matcher never matches an absent field.
 * @throws InvalidEventPattern
 */
export function compilePattern(pattern: unknown): CompiledPattern {
  if (!isObject(pattern)) throw new InvalidEventPattern('Filter is not an object');
  const fields = compileFields(pattern, []);
  return {
    matches: (event) => {
      if (!isObject(event)) throw new Error(`an event must be a JSON object, got ${show(event)}`);
      return fields.every((field) => holds(field, event));
    },
  };
}

function compileFields(pattern: JsonObject, prefix: readonly string[]): readonly Field[] {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new InvalidEventPattern('Empty objects are not allowed');
  return entries.flatMap(([key, value]) => {
    // To AWS these are an operator and a path. As plain fields they would match other events than on AWS.
    if (key === '$or' || key.includes('.')) throw unsupported(`${key} in an event pattern`);
    const path = [...prefix, key];
    if (isObject(value)) return compileFields(value, path);
    if (!Array.isArray(value)) throw new InvalidEventPattern(`"${key}" must be an object or an array`);
    if (value.length === 0) throw new InvalidEventPattern('Empty arrays are not allowed');
    return [{ path, matchers: value.map(compileMatcher) }];
  });
}

function holds({ path, matchers }: Field, event: JsonObject): boolean {
  return valuesAt(path, event).some((value) => matchers.some((matches) => matches(value)));
}

/** None if the field is absent or an object; several if it's an array. */
function valuesAt(path: readonly string[], event: JsonObject): readonly unknown[] {
  let value: unknown = event;
  for (const key of path) {
    if (Array.isArray(value)) throw unsupported(`an event pattern on a field inside an array, ${path.join('.')}`);
    value = isObject(value) ? value[key] : undefined;
  }
  if (value === undefined || isObject(value)) return [];
  if (!Array.isArray(value)) return [value];
  if (value.some((item) => isObject(item) || Array.isArray(item)))
    throw unsupported(`an event pattern on an array that is not of plain values, ${path.join('.')}`);
  return value;
}
