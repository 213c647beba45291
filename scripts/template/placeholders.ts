import type { Json } from './choices';
import type { ParameterName } from './parameters';
import { arnsOf, eventMatchersOf, type RepositoryList } from './repository-list';

/** Values that the construct checks, and that stand for parameters. */
export const PLACEHOLDERS = {
  Repositories: 'repositories.placeholder',
  ExcludedRepositories: 'excluded.repositories.placeholder',
  CompanionTagSuffix: '-suffix.placeholder',
  CompanionTagPrefix: 'prefix.placeholder-',
} as const satisfies Partial<Record<ParameterName, string>>;

const LISTS: readonly RepositoryList[] = ['ExcludedRepositories', 'Repositories'];

/** @returns the template with each placeholder replaced by a reference to its parameter */
export function replacePlaceholders(value: Json): Json {
  for (const list of LISTS) {
    // The construct takes a pattern for a pattern.
    const names = [PLACEHOLDERS[list], `${PLACEHOLDERS[list]}*`];
    if (names.some((name) => isArnOf(value, name))) return arnsOf(list);
    if (isEventMatcherOf(value, PLACEHOLDERS[list])) return eventMatchersOf(list);
    if (names.some((name) => value === name)) return { Ref: list };
  }
  if (typeof value === 'string') return replaceAffix(value);
  if (Array.isArray(value)) return value.map(replacePlaceholders);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, replacePlaceholders(entry)]));
}

/** As `Stack.formatArn` writes it. */
const ARN_PREFIX = JSON.stringify([
  'arn:',
  { Ref: 'AWS::Partition' },
  ':ecr:',
  { Ref: 'AWS::Region' },
  ':',
  { Ref: 'AWS::AccountId' },
]);

function isArnOf(value: Json, repository: string): boolean {
  if (typeof value !== 'object' || value === null || !('Fn::Join' in value)) return false;
  const [, parts] = value['Fn::Join'] as readonly [Json, readonly Json[]];
  return parts.at(-1) === `:repository/${repository}` && JSON.stringify(parts.slice(0, -1)) === ARN_PREFIX;
}

const isEventMatcherOf = (value: Json, repository: string): boolean =>
  Array.isArray(value) && value.length === 1 && (value[0] === repository || value[0]?.prefix === repository);

function replaceAffix(text: string): Json {
  for (const parameter of ['CompanionTagSuffix', 'CompanionTagPrefix'] as const) {
    const placeholder = PLACEHOLDERS[parameter];
    if (text === placeholder) return { Ref: parameter };
    if (text.includes(placeholder)) return { 'Fn::Sub': text.replace(placeholder, `\${${parameter}}`) };
  }
  return text;
}
