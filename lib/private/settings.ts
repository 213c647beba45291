import { Duration } from 'aws-cdk-lib';
import { Architecture, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DEFAULT_COMPANION_TAG_SUFFIX } from '../../lambda/core/contract';
import { AuditSchedule } from '../audit-schedule';
import { CompanionTag } from '../companion-tag';
import { CompanionFor, UncompressedLayers } from '../conversion-options';
import { ImagePlatform } from '../image-platform';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';
import { RepositoryFilter } from '../repository-filter';
import { checkExcludedTags } from './excluded-tags';
import { checkConcurrency, checkMemorySize, checkNetwork, MIN_MEMORY_SIZE } from './function-checks';
import { checkPace } from './pace';
import { checkRepositorySettings } from './repository-choices';
import {
  checkAuditWindow,
  checkEventBus,
  checkNumbersAboveZero,
  checkPlatforms,
  checkRecompression,
  checkTimeAboveZero,
  DEFAULT_MAX_LAYER_SIZE,
} from './setting-checks';

/** The caller's own resources, and what has no default. */
type Optional =
  | 'role'
  | 'recompressionRole'
  | 'eventBus'
  | 'encryptionKey'
  | 'alarmTopic'
  | 'logGroup'
  | 'reservedConcurrentExecutions'
  | 'vpc'
  | 'vpcSubnets'
  | 'securityGroups';

/** Every prop, those that have a default with it. */
export type Settings = Required<Omit<OciImageRemediationProps, Optional>> & Pick<OciImageRemediationProps, Optional>;

/** @throws if a number or duration is out of range, or a list is empty or has an entry that is not valid */
export function settingsOf(scope: Construct, props: OciImageRemediationProps): Settings {
  const settings = withDefaults(props);
  const { putImagesPerSecond, auditPutImagesPerSecond } = settings;
  const { alarmFailedThreshold, alarmPushAge, alarmAuditAge, alarmRecompressionAge, alarmTimeToCompanion } = settings;
  checkPlatforms(scope, settings.platforms);
  checkExcludedTags(scope, settings.excludedTags);
  checkAuditWindow(scope, settings);
  checkEventBus(scope, settings.eventBus);
  checkConcurrency(scope, settings);
  checkMemorySize(scope, settings.memorySize);
  checkNetwork(scope, settings);
  checkNumbersAboveZero(scope, { putImagesPerSecond, auditPutImagesPerSecond, alarmFailedThreshold });
  checkPace(scope, settings);
  checkTimeAboveZero(scope, { alarmPushAge, alarmAuditAge, alarmRecompressionAge, alarmTimeToCompanion });
  checkRepositorySettings(scope, settings);
  checkRecompression(scope, settings);
  return settings;
}

const withDefaults = (props: OciImageRemediationProps): Settings => ({
  ...props,
  repositories: props.repositories ?? [RepositoryFilter.all()],
  excludedRepositories: props.excludedRepositories ?? [],
  companionTag: props.companionTag ?? CompanionTag.suffix(DEFAULT_COMPANION_TAG_SUFFIX),
  platforms: props.platforms ?? [ImagePlatform.LINUX_AMD64],
  companionFor: props.companionFor ?? CompanionFor.OCI_IMAGES,
  uncompressedLayers: props.uncompressedLayers ?? UncompressedLayers.REFUSE,
  recompressLayers: props.recompressLayers ?? false,
  maxRecompressedLayerSize: props.maxRecompressedLayerSize ?? DEFAULT_MAX_LAYER_SIZE,
  repositorySettings: props.repositorySettings ?? [],
  excludedTags: props.excludedTags ?? [],
  deleteOrphanedCompanions: props.deleteOrphanedCompanions ?? false,
  includeReplicatedImages: props.includeReplicatedImages ?? false,
  signingProfiles: props.signingProfiles ?? [],
  excludeFromPullTimes: props.excludeFromPullTimes ?? true,
  auditSchedule: props.auditSchedule ?? AuditSchedule.daily(),
  auditWindow: props.auditWindow ?? Duration.days(7),
  alwaysBackfill: props.alwaysBackfill ?? false,
  // Together 2 × 2 + 2 × 0.5 = 5 PutImage calls per second, half of the default quota.
  maxConcurrency: props.maxConcurrency ?? 2,
  putImagesPerSecond: props.putImagesPerSecond ?? 2,
  auditMaxConcurrency: props.auditMaxConcurrency ?? 2,
  auditPutImagesPerSecond: props.auditPutImagesPerSecond ?? 0.5,
  architecture: props.architecture ?? Architecture.ARM_64,
  memorySize: props.memorySize ?? MIN_MEMORY_SIZE,
  tracing: props.tracing ?? Tracing.DISABLED,
  disabledAlarms: props.disabledAlarms ?? [],
  alarmFailedThreshold: props.alarmFailedThreshold ?? 10,
  alarmPushAge: props.alarmPushAge ?? Duration.minutes(15),
  alarmAuditAge: props.alarmAuditAge ?? Duration.days(1),
  alarmRecompressionAge: props.alarmRecompressionAge ?? Duration.hours(3),
  alarmTimeToCompanion: props.alarmTimeToCompanion ?? Duration.minutes(5),
  dashboard: props.dashboard ?? true,
});
