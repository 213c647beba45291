import {
  companionPrefix,
  companionSuffix,
  duration,
  platforms,
  rate,
  repositoryPatterns,
  someOf,
  tagPatterns,
  url,
} from '../../../bin/cli/arguments';
import { CompanionTag } from '../../../lib/companion-tag';

type Parser = (text: string) => unknown;

test.each<[Parser, string, unknown]>([
  [duration, '90s', 90_000],
  [duration, '1.5m', 90_000],
  [duration, '2h', 7_200_000],
  [duration, '500ms', 500],
  [duration, '0s', 0],
  [rate, '0.5', 0.5],
  [rate, '100', 100],
  [someOf(['a', 'b', 'c']), 'c, a', ['c', 'a']],
  [url, 'http://127.0.0.1:5111', 'http://127.0.0.1:5111'],
  [platforms, 'linux/arm64', [expect.objectContaining({ os: 'linux', architecture: 'arm64' })]],
  [companionSuffix, '-dockerv2', '-dockerv2'],
  [companionPrefix, 'dockerv2-', 'dockerv2-'],
  [repositoryPatterns, 'team/*', ['team/*']],
  [tagPatterns, 'dev-*', ['dev-*']],
  [tagPatterns, '*-rc', ['*-rc']],
])('%p of %p', (parse, text, value) => {
  expect(parse(text)).toEqual(value);
});

test.each<[Parser, RegExp, ...string[]]>([
  [duration, /a duration, such as 90s/, 'soon', '5', '5d', '', '-5s'],
  [rate, /above 0 and up to 100/, '0', '-1', '101', 'fast', ''],
  [someOf(['a', 'b']), /one or more of a, b/, 'c', 'a,c', ''],
  [url, /a URL/, 'localhost:5111', 'ftp://localhost', 'http://'],
  [platforms, /os\/architecture/, 'amd64', 'linux/amd64/v2/x', ''],
  [
    repositoryPatterns,
    /without its registry/,
    'Team App',
    '123456789012.dkr.ecr.eu-north-1.amazonaws.com/app',
    '123456789012.dkr-ecr.eu-north-1.on.aws/app',
    '',
  ],
  [tagPatterns, /a tag, or a pattern/, '-pr*', '.x', 'a b', ''],
])('%p expects %p', (parse, message, ...texts) => {
  for (const text of texts) expect(() => parse(text)).toThrow(message);
});

test('an option that can be repeated keeps what came before', () => {
  expect(tagPatterns('b', ['a'])).toEqual(['a', 'b']);
  expect(repositoryPatterns('b', ['a'])).toEqual(['a', 'b']);
  expect(platforms('linux/arm64', platforms('linux/amd64'))).toMatchObject([
    { architecture: 'amd64' },
    { architecture: 'arm64' },
  ]);
});

test("suffixes and prefixes are the construct's", () => {
  const accepts = (parse: Parser, text: string) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const texts = ['-dockerv2', 'dockerv2-', '-soci', 'x', '-', '', '.a', 'a.', '--x', 'x--', '-é', `-${'a'.repeat(63)}`];
  for (const text of [...texts, `-${'a'.repeat(64)}`, `${'a'.repeat(63)}-`, `${'a'.repeat(64)}-`]) {
    expect([text, accepts(companionSuffix, text)]).toEqual([text, accepts(CompanionTag.suffix, text)]);
    expect([text, accepts(companionPrefix, text)]).toEqual([text, accepts(CompanionTag.prefix, text)]);
  }
});
