import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CompanionTagForm } from '../../lambda/core/companion/companion-tag';
import { COMPANION_FOR, type CompanionFor, type Policy } from '../../lambda/core/companion/policy';
import { DEFAULT_COMPANION_TAG_SUFFIX, SOCI_TAG_SUFFIX } from '../../lambda/core/contract';
import { UNCOMPRESSED_LAYERS, type UncompressedLayers } from '../../lambda/core/manifest/convert';
import { type Platform, parsePlatform } from '../../lambda/core/manifest/platform';

/** Every command has these. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Which account and Region a command asks. */
export interface AccountOptions extends CommonOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** How companions are made: the same choices as the construct's props, with the same defaults. */
export interface PolicyOptions {
  readonly companionSuffix?: string;
  readonly companionPrefix?: string;
  readonly platform?: readonly Platform[];
  readonly companionFor: CompanionFor;
  readonly uncompressedLayers: UncompressedLayers;
  /** Globs of tags that get no companion; only the commands that list tags have it. */
  readonly excludeTag?: readonly string[];
}

export const addCommonOptions = (command: Command): Command =>
  command
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'print the stack trace and the AWS request id of an error');

export const addAccountOptions = (command: Command): Command =>
  addCommonOptions(
    command
      .option('--region <region>', 'the AWS Region, where the image URI does not name it')
      .option('--profile <name>', 'a profile of the AWS configuration')
      .option('--endpoint-url <url>', 'another ECR, such as the one of `ecr-oci local`', url),
  );

export const addPolicyOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--companion-suffix <text>', `how companion tags end (default: "${DEFAULT_COMPANION_TAG_SUFFIX}")`)
        .argParser(suffix)
        .conflicts('companionPrefix'),
    )
    .addOption(
      new Option('--companion-prefix <text>', 'how companion tags begin, instead of a suffix').argParser(prefix),
    )
    .option(
      '--platform <os/arch>',
      'the platform to take from an index; repeat it for further companions (default: linux/amd64)',
      platforms,
    )
    .addOption(
      new Option('--companion-for <which>', 'which images have a companion')
        .choices(COMPANION_FOR)
        .default('oci-images'),
    )
    .addOption(
      new Option('--uncompressed-layers <what>', 'what to do with layers that are plain tar')
        .choices(UNCOMPRESSED_LAYERS)
        .default('refuse'),
    );

const AMD64: Platform = { os: 'linux', architecture: 'amd64' };

export function policyOf(options: PolicyOptions): Policy {
  const { companionSuffix: suffix, companionPrefix: prefix, companionFor, uncompressedLayers } = options;
  const companionTag: CompanionTagForm = prefix ? { prefix } : { suffix: suffix ?? DEFAULT_COMPANION_TAG_SUFFIX };
  const [first = AMD64, ...further] = options.platform ?? [];
  const scope = { repositories: ['*'], excludedTags: options.excludeTag ?? [] };
  return { scope, companionTag, platforms: [first, ...further], companionFor, uncompressedLayers };
}

function platforms(text: string, before: readonly Platform[] = []): readonly Platform[] {
  const platform = parsePlatform(text);
  if (!platform) throw new InvalidArgumentError('Expected os/architecture, such as linux/arm64.');
  return [...before, platform];
}

/** The same grammar as the construct's: a tag cannot begin with a separator, and the source tag must be told from the rest. */
function suffix(text: string): string {
  if (/^(?=.*[A-Za-z0-9])[._-][A-Za-z0-9_.-]{0,63}$/.test(text) && !text.endsWith(SOCI_TAG_SUFFIX)) return text;
  throw new InvalidArgumentError("Expected a separator (- _ .) and letters or digits, such as '-dockerv2'.");
}

function prefix(text: string): string {
  if (/^(?=.*[A-Za-z0-9])[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}[._-]$/.test(text)) return text;
  throw new InvalidArgumentError("Expected letters or digits that end with a separator (- _ .), such as 'dockerv2-'.");
}

function url(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Expected a URL, such as http://127.0.0.1:5111.');
}
