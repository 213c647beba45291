import { InexactNumber, type Json, type JsonObject } from '../../../lambda/core/manifest/json';
import type { JsonPath } from '../../../lambda/core/manifest/json-path';

/** A value that two JSON documents don't share; absent on the side that has none. */
export interface JsonDifference {
  readonly path: JsonPath;
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

const NONE: JsonObject = new Map();
const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map;

/** Where two documents differ, down to single values. The order of keys doesn't count. */
export function jsonDifferences(
  a: Json | undefined,
  b: Json | undefined,
  path: JsonPath = [],
): readonly JsonDifference[] {
  // Fields that one side lacks are listed one by one; an element of a list is one thing.
  const isField = typeof path.at(-1) !== 'number';
  const [one, other] = [isObject(a) || !isField ? a : (a ?? NONE), isObject(b) || !isField ? b : (b ?? NONE)];
  if ((isObject(a) || isObject(b)) && isObject(one) && isObject(other)) {
    const keys = new Set([...one.keys(), ...other.keys()]);
    return [...keys].flatMap((key) => jsonDifferences(one.get(key), other.get(key), [...path, key]));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.max(a.length, b.length);
    return Array.from({ length }, (_, at) => jsonDifferences(a[at], b[at], [...path, at])).flat();
  }
  return isEqual(a, b) ? [] : [{ path, a, b }];
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a instanceof InexactNumber && b instanceof InexactNumber) return a.literal === b.literal;
  return a === b;
}

/** A value on one line. */
export function jsonText(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Map) return Object.fromEntries(part);
    return part instanceof InexactNumber ? part.literal : part;
  });
}
