import { styleText } from 'node:util';
import { Output, sanitizeForTerminal } from '../../../bin/cli/output';
import { Written } from '../../support/written';

test('only a terminal gets its text sanitized', () => {
  const [terminal, pipe] = [new Written(true), new Written()];
  const hostile = 'a\u202eb';
  new Output(false, { stdout: terminal, stderr: pipe }).print(hostile);
  new Output(false, { stdout: pipe, stderr: terminal }).print(hostile);
  expect([terminal.text, pipe.text]).toEqual(['a\\u202eb\n', `${hostile}\n`]);
});

test('colors, lines and tabs stay', () => {
  const text = `${styleText('red', 'a', { validateStream: false })}\n\tb ✓ ${styleText(['bold', 'dim'], 'é', { validateStream: false })}`;
  expect(sanitizeForTerminal(text)).toBe(text);
});

test.each([
  ['\u001b[2J', '\\u001b[2J'],
  ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['\u009b31m', '\\u009b31m'],
  ['\r', '\\u000d'],
  ['a\u0000b', 'a\\u0000b'],
  ['\u202etxt', '\\u202etxt'],
  ['\u0007[31m', '\\u0007[31m'],
])('%j is shown, not executed', (text, shown) => {
  expect(sanitizeForTerminal(text)).toBe(shown);
});
