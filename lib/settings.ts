import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DEFAULT_COMPANION_TAG_SUFFIX, ENV } from '../lambda/core/names';
import { CompanionFor, UncompressedLayers } from './companion-policy';
import { CompanionTag } from './companion-tag';
import { ImagePlatform } from './image-platform';
import type { OciImageRemediationProps } from './oci-image-remediation-props';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency */
const CONCURRENCY = { min: 2, max: 1000 };

const DEFAULT_PUT_IMAGES_PER_SECOND = 2;

/** What the user decided, valid and with defaults. */
export interface Settings {
  readonly companionTag: CompanionTag;
  readonly platforms: readonly ImagePlatform[];
  readonly maxConcurrency: number;
  /** The same decisions as the function reads them. */
  readonly environment: { readonly [variable: string]: string };
}

/** @throws if a platform is named twice or none is, or if the concurrency or the rate is out of range */
export function validSettings(scope: Construct, props: OciImageRemediationProps): Settings {
  const companionTag = props.companionTag ?? CompanionTag.suffix(DEFAULT_COMPANION_TAG_SUFFIX);
  const platforms = props.platforms ?? [ImagePlatform.LINUX_AMD64];
  const maxConcurrency = props.maxConcurrency ?? CONCURRENCY.min;
  const putImagesPerSecond = props.putImagesPerSecond ?? DEFAULT_PUT_IMAGES_PER_SECOND;
  checkPlatforms(scope, platforms);
  checkConcurrency(scope, maxConcurrency);
  checkPutImagesPerSecond(scope, putImagesPerSecond);
  return {
    companionTag,
    platforms,
    maxConcurrency,
    environment: {
      ...companionTag._environment,
      [ENV.platforms]: platforms.map(({ platform }) => platform).join(','),
      [ENV.companionFor]: props.companionFor ?? CompanionFor.OCI_IMAGES,
      [ENV.uncompressedLayers]: props.uncompressedLayers ?? UncompressedLayers.REFUSE,
      [ENV.putImagesPerSecond]: `${putImagesPerSecond}`,
    },
  };
}

function checkPlatforms(scope: Construct, platforms: readonly ImagePlatform[]): void {
  if (platforms.length === 0) {
    throw new Error(
      `platforms of ${scope.node.path} is an empty list; expected at least one ImagePlatform, or no list for linux/amd64`,
    );
  }
  const names = platforms.map(({ platform }) => platform);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) {
    throw new Error(`platforms of ${scope.node.path} are ${names.join(', ')}; expected ${twice} only once`);
  }
}

function checkConcurrency(scope: Construct, maxConcurrency: number): void {
  const { min, max } = CONCURRENCY;
  const valid = Number.isInteger(maxConcurrency) && maxConcurrency >= min && maxConcurrency <= max;
  if (!Token.isUnresolved(maxConcurrency) && !valid) {
    throw new Error(
      `maxConcurrency of ${scope.node.path} is ${maxConcurrency}; expected a whole number from ${min} to ${max}`,
    );
  }
}

function checkPutImagesPerSecond(scope: Construct, perSecond: number): void {
  if (!Token.isUnresolved(perSecond) && !(perSecond > 0 && Number.isFinite(perSecond))) {
    throw new Error(`putImagesPerSecond of ${scope.node.path} is ${perSecond}; expected a number above 0`);
  }
}
