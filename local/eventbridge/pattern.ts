import { isObject, type JsonObject, show } from '../aws/json';
import { InvalidEventPattern } from './invalid-event-pattern';
import { compileMatcher, type Matcher } from './matchers';

type Scalar = string | number | boolean | null;

/** One value of the event, and where in the event's arrays it sits: array → element. */
interface Leaf {
  readonly value: Scalar;
  readonly elements: ReadonlyMap<number, number>;
}

/** One way to match: every path must find a value. `$or` multiplies the ways. */
type Alternative = ReadonlyMap<string, readonly Matcher[]>;

export interface CompiledPattern {
  matches(event: unknown): boolean;
}

/**
 * Whether an event matches an EventBridge pattern, with the semantics of AWS's own matcher
 * (https://github.com/aws/event-ruler): values of one key are alternatives, keys must all match, a negative matcher
 * never matches an absent key, and two keys inside an array must match in the same element.
 * @throws InvalidEventPattern
 */
export function matches(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern).matches(event);
}

/** @throws InvalidEventPattern */
export function compilePattern(pattern: unknown): CompiledPattern {
  if (!isObject(pattern)) throw new InvalidEventPattern('Filter is not an object');
  const alternatives = compileObject([new Map()], pattern, '');
  return {
    matches: (event) => {
      const leaves = flatten(event);
      return alternatives.some((alternative) => holds([...alternative], leaves, new Map()));
    },
  };
}

function compileObject(before: readonly Alternative[], pattern: JsonObject, prefix: string): readonly Alternative[] {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new InvalidEventPattern('Empty objects are not allowed');
  return entries.reduce((alternatives, [key, value]) => {
    if (key === '$or') return compileOr(alternatives, value, prefix);
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (isObject(value)) return compileObject(alternatives, value, path);
    if (!Array.isArray(value)) throw new InvalidEventPattern(`"${key}" must be an object or an array`);
    if (value.length === 0) throw new InvalidEventPattern('Empty arrays are not allowed');
    const matchers = value.map((item) => compileMatcher(item));
    return alternatives.map((alternative) => new Map([...alternative, [path, matchers]]));
  }, before);
}

function compileOr(before: readonly Alternative[], value: unknown, prefix: string): readonly Alternative[] {
  if (!Array.isArray(value)) throw new InvalidEventPattern('It must be an Array followed with $or.');
  if (value.length < 2) throw new InvalidEventPattern('There must have at least 2 Objects in $or relationship.');
  return value.flatMap((item) => {
    if (!isObject(item)) throw new InvalidEventPattern('Only JSON object is allowed in array of $or relationship.');
    return compileObject(before, item, prefix);
  });
}

/** Tries the values of each key in turn, keeping to the array elements already chosen. */
function holds(
  [first, ...rest]: readonly (readonly [string, readonly Matcher[]])[],
  leaves: ReadonlyMap<string, readonly Leaf[]>,
  chosen: ReadonlyMap<number, number>,
): boolean {
  if (first === undefined) return true;
  const [path, matchers] = first;
  const candidates = leaves.get(path) ?? [];
  if (candidates.length === 0) return matchers.some(({ absent }) => absent) && holds(rest, leaves, chosen);
  return candidates.some(
    (leaf) =>
      [...leaf.elements].every(([array, element]) => (chosen.get(array) ?? element) === element) &&
      matchers.some((matcher) => matcher.test(leaf.value)) &&
      holds(rest, leaves, new Map([...chosen, ...leaf.elements])),
  );
}

function flatten(event: unknown): ReadonlyMap<string, readonly Leaf[]> {
  if (!isObject(event)) throw new Error(`an event must be a JSON object, got ${show(event)}`);
  const leaves = new Map<string, Leaf[]>();
  let arrays = 0;
  const visit = (value: unknown, path: string, elements: ReadonlyMap<number, number>): void => {
    if (isObject(value)) {
      for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`, elements);
    } else if (Array.isArray(value)) {
      const array = arrays++;
      value.forEach((item, index) => {
        const nested = isObject(item) || Array.isArray(item);
        visit(item, path, nested ? new Map([...elements, [array, index]]) : elements);
      });
    } else if (value !== undefined) {
      leaves.set(path, [...(leaves.get(path) ?? []), { value: value as Scalar, elements }]);
    }
  };
  visit(event, '', new Map());
  return leaves;
}
