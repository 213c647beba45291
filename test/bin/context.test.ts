import { propsFromContext } from '../../bin/context';
import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  RemediationAlarm,
  RepositoryFilter,
  UncompressedLayers,
} from '../../lib';

test('without context, the stack keeps every default', () => {
  expect(propsFromContext({ '@aws-cdk/core:validateAgainstDefaultRules': true, 'cli-telemetry': false })).toEqual({});
});

test('every key becomes its prop', () => {
  expect(
    JSON.stringify(
      propsFromContext({
        repositories: 'team/*, ml/app',
        excludedRepositories: 'team/tmp',
        companionTagSuffix: '-v2',
        platforms: 'linux/amd64,linux/arm64',
        companionFor: 'every-tag',
        uncompressedLayers: 'relabel',
        recompressLayers: 'true',
        repositorySettings: 'platforms, recompress-layers',
        excludedTags: 'pr-*, cache',
        includeReplicatedImages: 'true',
        deleteOrphanedCompanions: 'true',
        audit: 'off',
        alwaysBackfill: 'true',
        alarmEmail: 'team@example.com',
        disabledAlarms: 'oci-images-pushed,audit-age',
        dashboard: 'false',
      }),
    ),
  ).toBe(
    JSON.stringify({
      repositories: [RepositoryFilter.matching('team/*'), RepositoryFilter.named('ml/app')],
      excludedRepositories: [RepositoryFilter.named('team/tmp')],
      platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
      companionTag: CompanionTag.suffix('-v2'),
      companionFor: CompanionFor.EVERY_TAG,
      uncompressedLayers: UncompressedLayers.RELABEL,
      recompressLayers: true,
      repositorySettings: ['platforms', 'recompress-layers'],
      excludedTags: ['pr-*', 'cache'],
      includeReplicatedImages: true,
      deleteOrphanedCompanions: true,
      auditSchedule: AuditSchedule.never(),
      alwaysBackfill: true,
      alarmEmail: 'team@example.com',
      disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.AUDIT_AGE],
      dashboard: false,
    }),
  );
});

test('a star alone chooses every repository', () => {
  expect(propsFromContext({ repositories: '*' }).repositories).toEqual([RepositoryFilter.all()]);
});

test('a prefix makes a companion tag too', () => {
  expect(propsFromContext({ companionTagPrefix: 'v2-' }).companionTag?._environment).toEqual({
    COMPANION_TAG_PREFIX: 'v2-',
  });
});

test('a flag in cdk.json can be a boolean', () => {
  expect(propsFromContext({ dashboard: false, includeReplicatedImages: true })).toEqual({
    dashboard: false,
    includeReplicatedImages: true,
  });
});

test('a daily audit is the default, off is none', () => {
  expect(propsFromContext({ audit: 'daily' }).auditSchedule?._schedule?.expressionString).toBe('rate(1 day)');
  expect(propsFromContext({ audit: 'off' }).auditSchedule?._schedule).toBeUndefined();
});

test('an empty value counts as absent', () => {
  expect(propsFromContext({ platforms: '', alarmEmail: ' ', companionTagSuffix: '' })).toEqual({});
});

test.each([
  [
    { replicatedImages: 'true' },
    'unknown context replicatedImages (renamed to includeReplicatedImages); expected one of',
  ],
  [{ deleteOrphans: 'true' }, 'deleteOrphans (renamed to deleteOrphanedCompanions)'],
  [
    { alarmsOff: 'refused', teams: 'a' },
    'unknown context alarmsOff (renamed to disabledAlarms), teams; expected one of',
  ],
  [{ repositorys: 'team/*' }, 'unknown context repositorys; expected one of repositories, excludedRepositories,'],
  [{ companionFor: 'all' }, "context companionFor is 'all'; expected oci-images or every-tag"],
  [{ uncompressedLayers: 'Relabel' }, "context uncompressedLayers is 'Relabel'; expected refuse or relabel"],
  [{ companionTagSuffix: '-a', companionTagPrefix: 'a-' }, "companionTagPrefix is 'a-'; expected only one of them"],
  [{ platforms: ['linux/amd64'] }, 'context platforms is ["linux/amd64"]; expected text'],
  [{ audit: 'weekly' }, "context audit is 'weekly'; expected daily or off"],
  [{ includeReplicatedImages: 'yes' }, "context includeReplicatedImages is 'yes'; expected true or false"],
  [
    { disabledAlarms: 'refused,all' },
    "context disabledAlarms is 'all'; expected oci-images-pushed or refused or lifecycle-risk",
  ],
  [{ platforms: 'linux/amd64,' }, "unknown platform ''; expected one of linux/386"],
  [{ repositories: 'team/*,' }, "repository name '' has 0 characters"],
  [{ companionTagSuffix: 'v2' }, "companion tag suffix 'v2' is not valid"],
])('refuses %j', (context, message) => {
  expect(() => propsFromContext(context)).toThrow(message);
});
