import { type Command, Option } from 'commander';
import type { CompanionTagForm } from '../../lambda/core/companion/companion-tag';
import {
  COMPANION_FOR,
  type CompanionFor,
  type Policy,
  type RepositorySetting,
} from '../../lambda/core/companion/policy';
import { DEFAULT_COMPANION_TAG_SUFFIX, REPOSITORY_SETTINGS } from '../../lambda/core/contract';
import { UNCOMPRESSED_LAYERS, type UncompressedLayers } from '../../lambda/core/manifest/convert';
import type { Platform } from '../../lambda/core/manifest/platform';
import { companionPrefix, companionSuffix, platforms, repositoryPatterns, someOf, tagPatterns, url } from './arguments';

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Which account and Region a command asks. */
export interface AccountOptions extends CommonOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly recompress?: boolean;
  readonly repositorySettings?: readonly RepositorySetting[];
}

/** How companions are made: the choices and defaults of the construct's props. */
export interface PolicyOptions {
  readonly companionSuffix?: string;
  readonly companionPrefix?: string;
  readonly platform?: readonly Platform[];
  readonly companionFor: CompanionFor;
  readonly uncompressedLayers: UncompressedLayers;
  /** Whether zstd and plain tar layers are recompressed; an option of the commands that look at one image. */
  readonly recompress?: boolean;
  /** What each repository chooses by its resource tags. @default nothing */
  readonly repositorySettings?: readonly RepositorySetting[];
  /** Patterns of tags that get no companion; an option of the commands that list tags. */
  readonly excludeTag?: readonly string[];
}

/** Which repositories, and which of their tags, a command lists. */
export interface ListingOptions {
  /** Names, or patterns with `*`. @default all */
  readonly repository?: readonly string[];
  readonly excludeTag?: readonly string[];
}

export const addCommonOptions = (command: Command): Command =>
  command
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'print the stack trace and the AWS request id of errors');

export const addAccountOptions = (command: Command): Command =>
  addCommonOptions(
    command
      .option('--region <region>', 'the AWS Region, if the image URI does not have it')
      .option('--profile <name>', 'a profile of the AWS configuration')
      .option('--endpoint-url <url>', 'another ECR endpoint, such as that of `ecr-oci local`', url),
  );

export const addPolicyOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--companion-suffix <text>', `how companion tags end (default: "${DEFAULT_COMPANION_TAG_SUFFIX}")`)
        .argParser(companionSuffix)
        .conflicts('companionPrefix'),
    )
    .addOption(
      new Option('--companion-prefix <text>', 'how companion tags start, instead of a suffix').argParser(
        companionPrefix,
      ),
    )
    .option(
      '--platform <os/arch>',
      'the platform to take from an index; repeatable, each further one gets its own companion (default: linux/amd64)',
      platforms,
    )
    .addOption(
      new Option('--companion-for <which>', 'which images get a companion')
        .choices(COMPANION_FOR)
        .default('oci-images'),
    )
    .addOption(
      new Option('--uncompressed-layers <what>', 'what to do with layers that are plain tar')
        .choices(UNCOMPRESSED_LAYERS)
        .default('refuse'),
    )
    .addOption(
      new Option(
        '--repository-settings <settings>',
        `what each repository chooses by its resource tags, separated by commas: ${REPOSITORY_SETTINGS.join(', ')} (default: nothing)`,
      ).argParser(someOf(REPOSITORY_SETTINGS)),
    );

export const addRecompressOption = (command: Command, description: string): Command =>
  command.option('--recompress', description);

export const addListingOptions = (command: Command): Command =>
  command
    .option(
      '--repository <name>',
      "a repository, or a pattern such as 'ml/*'; repeatable (default: all)",
      repositoryPatterns,
    )
    .option(
      '--exclude-tag <tag>',
      "a tag that gets no companion, or a pattern such as 'dev-*'; repeatable",
      tagPatterns,
    );

/** A person sees how it goes, and can end it. This is what ECR takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const MAX_LAYER_BYTES = 52_000 * 1024 * 1024;

const AMD64: Platform = { os: 'linux', architecture: 'amd64' };

export function policyOf(options: PolicyOptions): Policy {
  const { companionSuffix: suffix, companionPrefix: prefix, companionFor, uncompressedLayers } = options;
  const companionTag: CompanionTagForm = prefix ? { prefix } : { suffix: suffix ?? DEFAULT_COMPANION_TAG_SUFFIX };
  const [first = AMD64, ...further] = options.platform ?? [];
  const scope = { repositories: ['*'], excludedRepositories: [], excludedTags: options.excludeTag ?? [] };
  const limits = { recompression: { maxLayerBytes: MAX_LAYER_BYTES } };
  const allowed = options.repositorySettings;
  return {
    scope,
    companionTag,
    platforms: [first, ...further],
    companionFor,
    uncompressedLayers,
    ...(options.recompress ? limits : {}),
    ...(allowed ? { choices: { allowed, ...limits } } : {}),
  };
}
