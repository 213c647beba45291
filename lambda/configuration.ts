import type { CompanionTagForm } from './core/companion/companion-tag';
import { COMPANION_FOR, type Policy } from './core/companion/policy';
import { ENV, REPOSITORY_SETTINGS } from './core/contract';
import { UNCOMPRESSED_LAYERS } from './core/manifest/convert';
import { type Platform, parsePlatform } from './core/manifest/platform';
import type { RegistryAddress } from './core/registry-address';

export interface Configuration {
  /** The registry of the function's own account and Region. */
  readonly address: RegistryAddress;
  readonly policy: Policy;
  /** How old an image may be to get a companion by an audit, in days. */
  readonly auditWindowDays: number;
  /** The bus that outcomes are published on. */
  readonly eventBusName: string;
  /** PutImage calls a second, at the most, of one invocation: for pushes, and for what audits ask for. */
  readonly putImagesPerSecond: number;
  readonly auditPutImagesPerSecond: number;
  /** The value of the one dimension of every metric. */
  readonly functionName: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param environment the function's environment variables, as the construct sets them
 * @throws Error that names the variable, the value got and the value expected
 */
export function readConfiguration(environment: Environment): Configuration {
  return {
    address: readAddress(environment),
    auditWindowDays: positive(environment, ENV.auditWindowDays),
    policy: {
      scope: {
        repositories: list(required(environment, ENV.repositories)),
        excludedRepositories: list(environment[ENV.excludedRepositories] ?? ''),
        excludedTags: list(environment[ENV.excludedTags] ?? ''),
      },
      companionTag: companionTagForm(environment),
      platforms: platforms(required(environment, ENV.platforms)),
      companionFor: oneOf(environment, ENV.companionFor, COMPANION_FOR),
      uncompressedLayers: oneOf(environment, ENV.uncompressedLayers, UNCOMPRESSED_LAYERS),
      ...recompressionAndChoices(environment),
      deleteOrphanedCompanions: environment[ENV.deleteOrphanedCompanions] === 'true',
    },
    eventBusName: required(environment, ENV.eventBusName),
    putImagesPerSecond: positive(environment, ENV.putImagesPerSecond),
    auditPutImagesPerSecond: positive(environment, ENV.auditPutImagesPerSecond),
    functionName: environment[ENV.metricFunctionName] || required(environment, 'AWS_LAMBDA_FUNCTION_NAME'),
  };
}

/** The registry of the function's own account and Region. @throws Error that names the variable that is not set */
export const readAddress = (environment: Environment): RegistryAddress => ({
  account: required(environment, ENV.account),
  region: required(environment, 'AWS_REGION'),
  partition: required(environment, ENV.partition),
  urlSuffix: required(environment, ENV.urlSuffix),
});

function recompressionAndChoices(environment: Environment): Pick<Policy, 'recompression' | 'choices'> {
  const limits = environment[ENV.maxRecompressedLayerBytes]
    ? { recompression: { maxLayerBytes: positive(environment, ENV.maxRecompressedLayerBytes) } }
    : {};
  const allowed = list(environment[ENV.repositorySettings] ?? '').map((name) =>
    known(ENV.repositorySettings, name, REPOSITORY_SETTINGS),
  );
  return {
    ...(environment[ENV.recompressByTagOnly] === 'true' ? {} : limits),
    ...(allowed.length > 0 ? { choices: { allowed, ...limits } } : {}),
  };
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

function positive(environment: Environment, name: string): number {
  const value = required(environment, name);
  const number = Number(value);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new Error(`environment variable ${name} is '${value}', expected a number above 0`);
}

const oneOf = <T extends string>(environment: Environment, name: string, allowed: readonly T[]): T =>
  known(name, required(environment, name), allowed);

function known<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found) return found;
  throw new Error(`environment variable ${name} is '${value}', expected one of ${allowed.join(', ')}`);
}

function companionTagForm(environment: Environment): CompanionTagForm {
  const suffix = environment[ENV.companionTagSuffix];
  const prefix = environment[ENV.companionTagPrefix];
  if (suffix && !prefix) return { suffix };
  if (prefix && !suffix) return { prefix };
  throw new Error(
    `exactly one of the environment variables ${ENV.companionTagSuffix} and ${ENV.companionTagPrefix} must be set`,
  );
}

function platforms(list: string): readonly [Platform, ...Platform[]] {
  const [first = '', ...further] = list.split(',');
  return [platform(first), ...further.map(platform)];
}

function platform(text: string): Platform {
  const parsed = parsePlatform(text.trim());
  if (parsed) return parsed;
  throw new Error(
    `environment variable ${ENV.platforms} has '${text}', expected os/architecture or os/architecture/variant`,
  );
}
