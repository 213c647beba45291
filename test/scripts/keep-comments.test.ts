import { buildSync } from 'esbuild';
import { inAscii, markComments, restoreComments } from '../../scripts/keep-comments';

const bundle = (source: string): string => {
  const { outputFiles } = buildSync({
    stdin: { contents: markComments(source), loader: 'ts' },
    bundle: true,
    write: false,
    treeShaking: true,
    format: 'cjs',
    legalComments: 'inline',
    minifySyntax: false,
  });
  return restoreComments(outputFiles?.[0]?.text ?? '');
};

test('comments stay with what they are about, and go with what nothing uses', () => {
  const code = bundle(`/** Not about a declaration. */

/** A type. */
interface Gone { readonly x: string }
/** Unused. */
const unused = 1;
/**
 * Used,
 * on two lines.
 */
export const used = (x: number): number => {
  // Why, first line.
  // And second.
  const y = x + 1;
  return [/* within a line */ y].map((z) => z)[0] ?? 0;
};
// A line before an object.
export const limits = {
  /** Of a property. */
  most: 'http://x/* no comment */',
};
`);
  expect(code.match(/\/\*\*[\s\S]*?\*\/|\/\/ [A-Z].*/g)).toEqual([
    '/** Not about a declaration. */',
    '/**\n * Used,\n * on two lines.\n */',
    '// Why, first line.',
    '// And second.',
    '// A line before an object.',
    '/** Of a property. */',
  ]);
  expect(code).not.toContain('!<');
});

test('code is ASCII without tabs, and means the same', () => {
  const code = 'const text = "a\t\u2026";';
  expect(inAscii(code)).toBe('const text = "a\\t\\u2026";');
  expect(new Function(`${inAscii(code)} return text`)()).toBe('a\t\u2026');
});
