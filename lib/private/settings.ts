import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DEFAULT_COMPANION_TAG_SUFFIX, ENV } from '../../lambda/core/contract';
import { AuditSchedule } from '../audit-schedule';
import { CompanionTag } from '../companion-tag';
import { CompanionFor, UncompressedLayers } from '../conversion-options';
import { ImagePlatform } from '../image-platform';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';
import { checkExcludedTags } from './excluded-tags';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency */
const CONCURRENCY = { min: 2, max: 1000 };

/** Together 2 × 2 + 2 × 0.5 = 5 calls a second, half of what an account has. */
const DEFAULT_PUT_IMAGES_PER_SECOND = { pushes: 2, audits: 0.5 };

/** What the user decided, valid and with defaults. */
export interface Settings {
  readonly companionTag: CompanionTag;
  readonly platforms: readonly ImagePlatform[];
  readonly auditSchedule: AuditSchedule;
  readonly maxConcurrency: { readonly pushes: number; readonly audits: number };
  /** The same decisions as the function reads them. */
  readonly environment: { readonly [variable: string]: string };
}

/** @throws if a platform is named twice or none is, if a concurrency or a rate is out of range, or if an excluded tag is none */
export function validSettings(scope: Construct, props: OciImageRemediationProps): Settings {
  const companionTag = props.companionTag ?? CompanionTag.suffix(DEFAULT_COMPANION_TAG_SUFFIX);
  const platforms = props.platforms ?? [ImagePlatform.LINUX_AMD64];
  const excludedTags = props.excludedTags ?? [];
  const { maxConcurrency = CONCURRENCY.min, auditMaxConcurrency = CONCURRENCY.min } = props;
  const {
    putImagesPerSecond = DEFAULT_PUT_IMAGES_PER_SECOND.pushes,
    auditPutImagesPerSecond = DEFAULT_PUT_IMAGES_PER_SECOND.audits,
  } = props;
  checkPlatforms(scope, platforms);
  checkExcludedTags(scope, excludedTags);
  checkConcurrency(scope, { maxConcurrency, auditMaxConcurrency });
  checkPutImagesPerSecond(scope, { putImagesPerSecond, auditPutImagesPerSecond });
  return {
    companionTag,
    platforms,
    auditSchedule: props.auditSchedule ?? AuditSchedule.daily(),
    maxConcurrency: { pushes: maxConcurrency, audits: auditMaxConcurrency },
    environment: {
      ...companionTag._environment,
      [ENV.platforms]: platforms.map(({ platform }) => platform).join(','),
      [ENV.companionFor]: props.companionFor ?? CompanionFor.OCI_IMAGES,
      [ENV.uncompressedLayers]: props.uncompressedLayers ?? UncompressedLayers.REFUSE,
      [ENV.excludedTags]: excludedTags.join(','),
      ...(props.deleteOrphanedCompanions && { [ENV.deleteOrphanedCompanions]: 'true' }),
      [ENV.putImagesPerSecond]: `${putImagesPerSecond}`,
      [ENV.auditPutImagesPerSecond]: `${auditPutImagesPerSecond}`,
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

function checkConcurrency(scope: Construct, given: Readonly<Record<string, number>>): void {
  const { min, max } = CONCURRENCY;
  for (const [prop, concurrency] of Object.entries(given)) {
    const valid = Number.isInteger(concurrency) && concurrency >= min && concurrency <= max;
    if (!Token.isUnresolved(concurrency) && !valid) {
      throw new Error(`${prop} of ${scope.node.path} is ${concurrency}; expected a whole number from ${min} to ${max}`);
    }
  }
}

function checkPutImagesPerSecond(scope: Construct, given: Readonly<Record<string, number>>): void {
  for (const [prop, perSecond] of Object.entries(given)) {
    if (!Token.isUnresolved(perSecond) && !(perSecond > 0 && Number.isFinite(perSecond))) {
      throw new Error(`${prop} of ${scope.node.path} is ${perSecond}; expected a number above 0`);
    }
  }
}
