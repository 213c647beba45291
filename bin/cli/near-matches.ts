import { distance } from 'fastest-levenshtein';

const MAX_MATCHES = 5;

/** The names that someone may have meant, the most likely first: those that differ by little, or that contain the word. */
export function nearMatches(word: string, names: Iterable<string>): readonly string[] {
  const near = [...names].flatMap((name) => {
    const edits = distance(word.toLowerCase(), name.toLowerCase());
    if (edits <= Math.max(1, word.length / 3)) return [{ name, edits }];
    // `app` for `team/app`, `1.2` for `v1.2.0`.
    const contains = word.length > 1 && (name.includes(word) || (name.length > 2 && word.includes(name)));
    return contains ? [{ name, edits: edits + word.length }] : [];
  });
  return near
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_MATCHES)
    .map(({ name }) => name);
}
