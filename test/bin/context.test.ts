import { settingsOf } from '../../bin/context';
import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  RemediationAlarm,
  RepositoryFilter,
  UncompressedLayers,
} from '../../lib';

test('no context leaves every default to the stack', () => {
  expect(settingsOf({ '@aws-cdk/core:validateAgainstDefaultRules': true, 'cli-telemetry': false })).toEqual({});
});

test('every key becomes its prop', () => {
  expect(
    JSON.stringify(
      settingsOf({
        repositories: 'team/*, ml/app',
        companionTagSuffix: '-v2',
        platforms: 'linux/amd64,linux/arm64',
        companionFor: 'every-tag',
        uncompressedLayers: 'relabel',
        excludedTags: 'pr-*, cache',
        replicatedImages: 'true',
        audit: 'off',
        alarmEmail: 'team@example.com',
        alarmsOff: 'oci-images-pushed,audit-age',
        dashboard: 'false',
      }),
    ),
  ).toBe(
    JSON.stringify({
      repositories: [RepositoryFilter.matching('team/*'), RepositoryFilter.named('ml/app')],
      platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
      companionTag: CompanionTag.suffix('-v2'),
      companionFor: CompanionFor.EVERY_TAG,
      uncompressedLayers: UncompressedLayers.RELABEL,
      excludedTags: ['pr-*', 'cache'],
      replicatedImages: true,
      auditSchedule: AuditSchedule.never(),
      alarmEmail: 'team@example.com',
      alarmsOff: [RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.AUDIT_AGE],
      dashboard: false,
    }),
  );
});

test('a star alone is every repository', () => {
  expect(settingsOf({ repositories: '*' }).repositories).toEqual([RepositoryFilter.all()]);
});

test('a prefix is a companion tag too', () => {
  expect(settingsOf({ companionTagPrefix: 'v2-' }).companionTag?._environment).toEqual({ COMPANION_TAG_PREFIX: 'v2-' });
});

test('a flag of cdk.json may be a boolean', () => {
  expect(settingsOf({ dashboard: false, replicatedImages: true })).toEqual({
    dashboard: false,
    replicatedImages: true,
  });
});

test('an audit that is not off is the default one', () => {
  expect(settingsOf({ audit: 'daily' }).auditSchedule?._schedule?.expressionString).toBe('rate(1 day)');
  expect(settingsOf({ audit: 'off' }).auditSchedule?._schedule).toBeUndefined();
});

test('an empty value is as good as none', () => {
  expect(settingsOf({ platforms: '', alarmEmail: ' ', companionTagSuffix: '' })).toEqual({});
});

test.each([
  [{ repositorys: 'team/*' }, 'unknown context repositorys; expected one of repositories, companionTagSuffix,'],
  [{ companionFor: 'all' }, "context companionFor is 'all'; expected oci-images or every-tag"],
  [{ uncompressedLayers: 'Relabel' }, "context uncompressedLayers is 'Relabel'; expected refuse or relabel"],
  [{ companionTagSuffix: '-a', companionTagPrefix: 'a-' }, "companionTagPrefix is 'a-'; expected one of them"],
  [{ platforms: ['linux/amd64'] }, 'context platforms is ["linux/amd64"]; expected text'],
  [{ audit: 'weekly' }, "context audit is 'weekly'; expected daily or off"],
  [{ replicatedImages: 'yes' }, "context replicatedImages is 'yes'; expected true or false"],
  [{ alarmsOff: 'refused,all' }, "context alarmsOff is 'all'; expected oci-images-pushed or refused or failed"],
  [{ platforms: 'linux/amd64,' }, "unknown platform ''; expected one of linux/386"],
  [{ repositories: 'team/*,' }, "repository name '' has 0 characters"],
  [{ companionTagSuffix: 'v2' }, "companion tag suffix 'v2' cannot be part"],
])('refuses %j', (context, message) => {
  expect(() => settingsOf(context)).toThrow(message);
});
