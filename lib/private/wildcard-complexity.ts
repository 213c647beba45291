/** Ends each wildcard in the text below. No tag and no repository name has it. */
const END = '\n';

/** More than any choice of repositories needs that isn't too complex anyway. */
const MAX_STATES = 10_000;

/**
 * How complex EventBridge considers the wildcards of one field: the most of their prefixes that one value can match. For example,
 * `v1-dockerv2-` matches `*`, `*-` and `*-dockerv2*`. EventBridge refuses a rule that is too complex.
 *
 * This is what AWS's own matcher computes (https://github.com/aws/event-ruler, MachineComplexityEvaluator). It sees a value with its
 * JSON quotes. Exact values, `prefix` and `suffix` add nothing, and of several fields the most complex one counts.
 *
 * @param operator several wildcards in one `anything-but` share the states of what they begin with, up to the first character after a
 * leading `*`, and the state of a match
 * @param limit where counting may end, with any number above it
 */
export function wildcardComplexity(
  wildcards: readonly string[],
  operator: 'wildcard' | 'anything-but',
  limit = Number.POSITIVE_INFINITY,
): number {
  const text = wildcards.map((wildcard) => `"${wildcard}"${END}`).join('');
  const startOf = (at: number) => text.lastIndexOf(END, at - 1) + 1;

  const stateOf = (at: number): string | number => {
    const prefix = text.slice(startOf(at), at);
    if (operator === 'wildcard') {
      return at;
    }
    return text[at] === END ? END : /^"(\*.?)?$/.test(prefix) ? prefix : at;
  };
  const countStates = (positions: readonly number[]) => new Set(positions.map(stateOf)).size;

  /** A `*` also matches nothing. */
  const withEmptyMatches = (positions: readonly number[]) => [
    ...new Set(positions.flatMap((at) => (text[at] === '*' ? [at, at + 1] : [at]))),
  ];
  const after = (positions: readonly number[], character: string) =>
    withEmptyMatches(
      positions.flatMap((at) => [...(text[at - 1] === '*' ? [at] : []), ...(text[at] === character ? [at + 1] : [])]),
    ).sort((one, other) => one - other);

  let most = 0;
  const seen = new Set<string>();
  const open = [[...text].flatMap((_, at) => (startOf(at) === at ? [at] : []))];
  for (let positions = open.pop(); positions; positions = open.pop()) {
    // Any other character leaves a part of the positions that each of these leaves.
    const characters = new Set(positions.map((at) => text[at] ?? END));
    for (const character of characters) {
      const next = after(positions, character);
      const key = next.join();
      if (character === '*' || character === END || seen.has(key)) {
        continue;
      }
      seen.add(key);
      most = Math.max(most, countStates(next));
      if (most > limit) {
        return most;
      }
      if (seen.size > MAX_STATES) {
        return Number.POSITIVE_INFINITY;
      }
      open.push(next);
    }
  }
  return most;
}
