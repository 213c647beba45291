import {
  COMPANION_TAG_PREFIX,
  COMPANION_TAG_SUFFIX,
  DEFAULT_COMPANION_TAG_SUFFIX,
  LINUX_PLATFORMS,
  MAX_AFFIX_LENGTH,
  REPOSITORY_NAME,
  SOCI_TAG_SUFFIX,
} from '../../../lambda/core/contract';
import { CompanionFor, UncompressedLayers } from '../../../lib';
import { choice, flag, listOf, optionalText, text } from './parameter';

/** As many as the template has a place for. */
export const MAX_REPOSITORIES = 10;

/** Whatever the rates may be, ten pushes have time for the companions of so many platforms. */
export const MAX_PLATFORMS = 4;

const PLATFORMS = LINUX_PLATFORMS.map((name) => name.replaceAll('.', '\\.')).join('|');

/** A name as Amazon ECR allows it, or anything with single `*` that can match one. */
const REPOSITORY = `(?=[^,]{2})(?:${REPOSITORY_NAME}|(?=[^,]*\\*)(?![^,]*\\*\\*)[a-z0-9._/*-]+)`;
const TAG = '(?!\\*(?:,|$))(?![^,]*\\*\\*)[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}';

/**
 * The grammar of `CompanionTag`, and at most three separators: EventBridge refuses a wildcard that repeats itself too much, which only
 * synth can tell exactly.
 */
const AFFIX = (anchored: RegExp): string =>
  `(?=[^._-]*(?:[._-][^._-]*){1,3}$)(?!.*${SOCI_TAG_SUFFIX}$)${anchored.source.slice(1, -1)}`;

const repositories = {
  pattern: listOf(REPOSITORY, MAX_REPOSITORIES),
  expected: `up to ${MAX_REPOSITORIES} repository names or patterns such as team/*, with commas and no spaces between them`,
};

export const IMAGE_PARAMETERS = {
  Repositories: text({
    label: 'Repositories',
    description: `The repositories whose pushes get companions: up to ${MAX_REPOSITORIES} names, or patterns in which * matches any characters, slashes too. For example team/*,ml/app. One * means all.`,
    default: '*',
    maxLength: 1_200,
    pattern: `\\*|${repositories.pattern}`,
    expected: `*, or ${repositories.expected}`,
  }),
  ExcludedRepositories: optionalText({
    label: 'Excluded repositories',
    description:
      'Repositories that are left alone although the list above has them, in the same form. The policy of the role denies writes to them.',
    maxLength: 800,
    ...repositories,
  }),
  ExcludedTags: optionalText({
    label: 'Excluded tags',
    description: 'Tags that get no companion, such as pr-*,cache.',
    pattern: listOf(TAG, 20),
    expected: 'up to 20 tags or patterns such as pr-*, with commas and no spaces between them',
    maxLength: 600,
  }),
  Platforms: text({
    label: 'Platforms',
    description:
      'The platforms to select from a multi-platform image. The first gets the plain companion tag, each further one a tag with its architecture. For example linux/amd64,linux/arm64.',
    default: 'linux/amd64',
    pattern: `(?!(?:.*,)?([^,]+),(?:.*,)?\\1(?:,|$))${listOf(`(?:${PLATFORMS})`, MAX_PLATFORMS)}`,
    expected: `up to ${MAX_PLATFORMS} different ones of ${LINUX_PLATFORMS.join(', ')}, with commas and no spaces between them`,
  }),
  CompanionTagSuffix: optionalText({
    label: 'Suffix of companion tags',
    description: `What follows the source tag in its companion tag: v1 gets v1${DEFAULT_COMPANION_TAG_SUFFIX}. Empty only with a prefix.`,
    default: DEFAULT_COMPANION_TAG_SUFFIX,
    pattern: AFFIX(COMPANION_TAG_SUFFIX),
    expected: `one to three parts of letters and digits, each after one of - _ . and not ending in ${SOCI_TAG_SUFFIX}, such as ${DEFAULT_COMPANION_TAG_SUFFIX}`,
    maxLength: MAX_AFFIX_LENGTH,
  }),
  CompanionTagPrefix: optionalText({
    label: 'Prefix of companion tags',
    description:
      'What the source tag follows in its companion tag: with dockerv2- v1 gets dockerv2-v1. Empty the suffix to use it.',
    pattern: AFFIX(COMPANION_TAG_PREFIX),
    expected: 'one to three parts of letters and digits, each before one of - _ . such as dockerv2-',
    maxLength: MAX_AFFIX_LENGTH,
  }),
  CompanionFor: choice({
    label: 'Images that get companions',
    description: 'OCI images and every index, or every tag, which gives Docker images companions too.',
    default: CompanionFor.OCI_IMAGES,
    among: Object.values(CompanionFor),
  }),
  RecompressLayers: flag({
    label: 'Recompress layers',
    description:
      'Whether images with zstd or uncompressed layers get a companion with gzip layers, by a second function with a role that may upload layers.',
    default: 'false',
  }),
  MaxRecompressedLayerBytes: text({
    label: 'Largest recompressed layer',
    description: 'The most bytes that a recompressed layer may have when it is uncompressed. The default is 20 GiB.',
    default: '21474836480',
    pattern: '[1-9][0-9]{0,14}',
    expected: 'a whole number of bytes above 0',
  }),
  UncompressedLayers: choice({
    label: 'Uncompressed layers',
    description: 'Refuse images with uncompressed layers, or relabel such layers, which AWS Lambda rejects.',
    default: UncompressedLayers.REFUSE,
    among: Object.values(UncompressedLayers),
  }),
  IncludeReplicatedImages: flag({
    label: 'Replicated images',
    description:
      'Whether images that Amazon ECR replicates to this account and Region get companions here. Not needed if the service runs where they come from.',
    default: 'false',
  }),
  DeleteOrphanedCompanions: flag({
    label: 'Delete orphaned companions',
    description:
      'Whether a companion is deleted when its source tag is deleted. The role then has ecr:BatchDeleteImage on the chosen repositories.',
    default: 'false',
  }),
} as const;
