/** How many characters must be put in, left out or replaced to make one word of the other. https://en.wikipedia.org/wiki/Levenshtein_distance */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (character === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const MOST = 5;

/** The names that somebody may have meant, the most likely first: those that differ by little, or that have the word in them. */
export function nearMatches(word: string, names: Iterable<string>): readonly string[] {
  const near = [...names].flatMap((name) => {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= Math.max(1, word.length / 3)) return [{ name, distance }];
    // `app` for `team/app`, `1.2` for `v1.2.0`.
    const within = word.length > 1 && (name.includes(word) || (name.length > 2 && word.includes(name)));
    return within ? [{ name, distance: distance + word.length }] : [];
  });
  return near
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}
