import { isDeepStrictEqual } from 'node:util';
import type { Json } from './choices';

/** Worth more than any number of elements that are only alike. */
const EQUAL = 1_000;

interface Alignment {
  readonly score: number;
  readonly elements: readonly (Json | undefined)[];
}

/**
 * Which elements of a list its variant has, perhaps changed, and which it lacks: those that leave the most of them equal.
 *
 * @returns for each element of the list that of the variant, or undefined; undefined if the variant has elements of its own
 */
export function align(list: readonly Json[], variant: readonly Json[]): readonly (Json | undefined)[] | undefined {
  if (list.length === variant.length) return variant;
  return best(list, variant)?.elements;
}

function best(list: readonly Json[], variant: readonly Json[]): Alignment | undefined {
  const [first, ...others] = list;
  if (first === undefined || variant.length > list.length) {
    return variant.length === 0 && list.length === 0 ? { score: 0, elements: [] } : undefined;
  }
  const [candidate, ...rest] = variant;
  const likeness = candidate === undefined ? 0 : likenessOf(first, candidate);
  const taken = likeness > 0 ? best(others, rest) : undefined;
  // An equal element is never worth skipping.
  const skipped = likeness === EQUAL && taken ? undefined : best(others, variant);
  if (taken && (!skipped || taken.score + likeness >= skipped.score)) {
    return { score: taken.score + likeness, elements: [candidate, ...taken.elements] };
  }
  return skipped && { score: skipped.score, elements: [undefined, ...skipped.elements] };
}

/** Objects are alike of which all fields but one are equal, such as a statement with one action less. */
function likenessOf(one: Json, other: Json): number {
  if (isDeepStrictEqual(one, other)) return EQUAL;
  if (!isObject(one) || !isObject(other)) return 0;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  const equal = [...keys].filter((key) => isDeepStrictEqual(one[key], other[key]));
  return keys.size > 2 && equal.length === keys.size - 1 ? 1 : 0;
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
