import { InvalidArgumentError } from 'commander';
import {
  COMPANION_TAG_PREFIX,
  COMPANION_TAG_SUFFIX,
  MAX_AFFIX_LENGTH,
  REPOSITORY_PATTERN,
  SOCI_TAG_SUFFIX,
  TAG_PATTERN,
} from '../../lambda/core/contract';
import { type Platform, parsePlatform } from '../../lambda/core/manifest/platform';

/** Commander prints it after the option and the argument that it got. */
const expected = (what: string): InvalidArgumentError => new InvalidArgumentError(`Expected ${what}.`);

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** @returns milliseconds */
export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = MILLISECONDS[unit];
  if (number && factor) return Number(number) * factor;
  throw expected('a duration, such as 90s, 5m or 2h');
}

/** Above ECR's default quota of PutImage calls a second only for accounts whose quota was raised. */
const MAX_RATE = 100;

export function rate(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= MAX_RATE) return number;
  throw expected(`a number above 0 and up to ${MAX_RATE}, such as 0.5`);
}

/** Some of these choices, separated by commas. */
export const someOf =
  <T extends string>(choices: readonly T[]) =>
  (text: string): readonly T[] =>
    text.split(',').map((name) => {
      const found = choices.find((choice) => choice === name.trim());
      if (!found) throw expected(`one or more of ${choices.join(', ')}, separated by commas`);
      return found;
    });

export function url(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw expected('a URL, such as http://127.0.0.1:5111');
}

/** An option that can be repeated. */
export function platforms(text: string, previous: readonly Platform[] = []): readonly Platform[] {
  const platform = parsePlatform(text);
  if (!platform) throw expected('os/architecture, such as linux/arm64');
  return [...previous, platform];
}

export function companionSuffix(text: string): string {
  if (isAffix(COMPANION_TAG_SUFFIX, text) && !text.endsWith(SOCI_TAG_SUFFIX)) return text;
  throw expected(
    `a separator (- _ .) and letters or digits, up to ${MAX_AFFIX_LENGTH} characters, such as '-dockerv2'; ${SOCI_TAG_SUFFIX} belongs to the AWS SOCI index builder`,
  );
}

export function companionPrefix(text: string): string {
  if (isAffix(COMPANION_TAG_PREFIX, text)) return text;
  throw expected(
    `letters or digits that end with a separator (- _ .), up to ${MAX_AFFIX_LENGTH} characters, such as 'dockerv2-'`,
  );
}

const isAffix = (grammar: RegExp, text: string): boolean => text.length <= MAX_AFFIX_LENGTH && grammar.test(text);

/** An option that can be repeated. */
export function repositoryPatterns(text: string, previous: readonly string[] = []): readonly string[] {
  if (REPOSITORY_PATTERN.test(text) && !/^\d{12}\.dkr[.-]ecr/.test(text)) return [...previous, text];
  throw expected("a repository name without its registry, or a pattern such as 'team/*'");
}

/** An option that can be repeated. */
export function tagPatterns(text: string, previous: readonly string[] = []): readonly string[] {
  if (TAG_PATTERN.test(text)) return [...previous, text];
  throw expected("a tag, or a pattern such as 'dev-*'");
}
