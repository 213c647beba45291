import { Duration, Lazy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import {
  AuditSchedule,
  ImagePlatform,
  type OciImageRemediationProps,
  RepositoryFilter,
  RepositorySetting,
} from '../../lib';
import { settingsOf } from '../../lib/private/settings';
import { newRemediation, newStack, remediationIn } from './support';

const { all, named, matching } = RepositoryFilter;
const LINUX = ['amd64', 'arm64', 'arm/v7', 'arm/v6', 'arm/v5', '386', 's390x', 'ppc64le', 'riscv64'].map(
  (architecture) => ImagePlatform.of(`linux/${architecture}`),
);

test('a prop that is undefined has its default', () => {
  const absent = settingsOf(newStack(), {});
  const props = Object.fromEntries(Object.keys(absent).map((prop) => [prop, undefined]));
  expect(Object.keys(props).length).toBeGreaterThan(20);
  const undefinedProps = settingsOf(newStack(), props);
  expect(Object.values(undefinedProps)).not.toContain(undefined);
  expect(JSON.stringify(undefinedProps)).toEqual(JSON.stringify(absent));
});

test.each<[string, OciImageRemediationProps]>([
  ['as much concurrency as the queues use', { reservedConcurrentExecutions: 5, auditMaxConcurrency: 3 }],
  ['a reserve that only the deployment knows', { reservedConcurrentExecutions: Lazy.number({ produce: () => 9 }) }],
  ['as many platforms as the pace allows', { platforms: LINUX.slice(0, 8), auditPutImagesPerSecond: 1 }],
  ['the default pace, if repositories choose platforms', { repositorySettings: Object.values(RepositorySetting) }],
  ['a pace that only the deployment knows', { putImagesPerSecond: Lazy.number({ produce: () => 1 }) }],
  ['a window of a day', { auditWindow: Duration.hours(24) }],
  [
    'backfills that are further apart than the window',
    { auditSchedule: AuditSchedule.rate(Duration.days(30)), alwaysBackfill: true },
  ],
  [
    'an excluded part of a choice',
    { repositories: [matching('team/*')], excludedRepositories: [matching('*/tmp'), named('team/a')] },
  ],
])('takes %s', (_, props) => {
  expect(() => newRemediation(props)).not.toThrow();
});

describe('refuses settings with what it got and what it expects', () => {
  test.each<[string, OciImageRemediationProps, RegExp]>([
    [
      'no repositories',
      { repositories: [] },
      /^repositories of Stack\/Remediation is an empty list; expected at least one/,
    ],
    [
      'all and one',
      { repositories: [named('team/app'), all()] },
      /^repositories of Stack\/Remediation contradict each other: RepositoryFilter.all\(\) already covers RepositoryFilter.named\('team\/app'\); expected only one/,
    ],
    [
      'a name within a pattern',
      { repositories: [matching('team/*'), named('team/app')] },
      /RepositoryFilter.matching\('team\/\*'\) already covers RepositoryFilter.named\('team\/app'\)/,
    ],
    ['the same twice', { repositories: [named('ab'), named('ab')] }, /named\('ab'\) already covers .*named\('ab'\)/],
    [
      'a policy of more than 10,240 characters',
      { repositories: Array.from({ length: 150 }, (_, index) => named(`${index}`.padStart(4, 'a'))) },
      /^150 repositories, 0 excludedRepositories and 0 signingProfiles of Stack\/Remediation take about 19800 characters of the role's policy; expected at most 7000/,
    ],
    [
      'everything excluded',
      { excludedRepositories: [all()] },
      /^excludedRepositories of Stack\/Remediation leave nothing of RepositoryFilter.all\(\): RepositoryFilter.all\(\) covers it; expected a narrower filter/,
    ],
    [
      'a choice of which nothing is left',
      { repositories: [named('team/app'), named('ml/app')], excludedRepositories: [matching('team/*')] },
      /leave nothing of RepositoryFilter.named\('team\/app'\): RepositoryFilter.matching\('team\/\*'\) covers it/,
    ],
    [
      'an excluded name within an excluded pattern',
      { excludedRepositories: [matching('team/*'), named('team/app')] },
      /^excludedRepositories of Stack\/Remediation contradict each other: .* already covers/,
    ],
    [
      'a policy of more than 10,240 characters because of what is excluded',
      { excludedRepositories: Array.from({ length: 150 }, (_, index) => named(`${index}`.padStart(4, 'a'))) },
      /^1 repositories, 150 excludedRepositories and/,
    ],
    [
      'a window of half a day',
      { auditWindow: Duration.hours(12) },
      /^auditWindow of Stack\/Remediation is 12 hours; expected whole days, such as Duration.days\(7\)/,
    ],
    ['no window', { auditWindow: Duration.days(0) }, /is 0 days; expected whole days/],
    ['a day and a half', { auditWindow: Duration.hours(36) }, /expected whole days/],
    [
      'audits that are further apart than the window',
      { auditWindow: Duration.days(1), auditSchedule: AuditSchedule.rate(Duration.days(2)) },
      /^auditWindow of Stack\/Remediation is 1 day, but auditSchedule is every 2 days; expected at least that/,
    ],
    ['no platforms', { platforms: [] }, /^platforms of Stack\/Remediation is an empty list; expected at least one/],
    [
      'a platform twice',
      { platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.of('linux/arm64/v8')] },
      /^platforms of Stack\/Remediation are linux\/arm64, linux\/arm64; expected linux\/arm64 only once/,
    ],
    [
      'too little concurrency',
      { maxConcurrency: 1 },
      /^maxConcurrency of Stack\/Remediation is 1; expected a whole number from 2 to 1000/,
    ],
    ['too much concurrency', { maxConcurrency: 1001 }, /is 1001; expected/],
    ['half a concurrency', { maxConcurrency: 2.5 }, /is 2.5; expected/],
    [
      'too little concurrency of audits',
      { auditMaxConcurrency: 1 },
      /^auditMaxConcurrency of Stack\/Remediation is 1; expected a whole number from 2 to 1000/,
    ],
    [
      'less concurrency than the queues use',
      { reservedConcurrentExecutions: 4, auditMaxConcurrency: 3 },
      /^reservedConcurrentExecutions of Stack\/Remediation is 4; expected a whole number of at least 5, which is maxConcurrency plus auditMaxConcurrency/,
    ],
    ['half a concurrency in reserve', { reservedConcurrentExecutions: 4.5 }, /is 4.5; expected a whole number/],
    [
      'too little memory',
      { memorySize: 256 },
      /^memorySize of Stack\/Remediation is 256; expected a whole number from 512 to 10240/,
    ],
    ['too much memory', { memorySize: 10_241 }, /memorySize of .* is 10241/],
    [
      'subnets of no VPC',
      { vpcSubnets: {} },
      /^Stack\/Remediation has vpcSubnets and no vpc; expected the VPC that they belong to/,
    ],
    ['security groups of no VPC', { securityGroups: [] }, /has securityGroups and no vpc/],
    [
      'no put at all',
      { putImagesPerSecond: 0 },
      /^putImagesPerSecond of Stack\/Remediation is 0; expected a number above 0/,
    ],
    [
      'no put of audits',
      { auditPutImagesPerSecond: -1 },
      /^auditPutImagesPerSecond of Stack\/Remediation is -1; expected a number above 0/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => newRemediation(props)).toThrow(message);
  });

  test.each<[string, OciImageRemediationProps, string]>([
    [
      'pushes that must wait too long for each other',
      { putImagesPerSecond: 0.2 },
      'putImagesPerSecond of Stack/Remediation is 0.2; expected at least 0.25, so that the 10 PutImage calls for a batch of 10 images and 1 platforms end within 40 seconds: raise putImagesPerSecond, or choose fewer platforms',
    ],
    [
      'more platforms than the pace of audits allows',
      { platforms: LINUX.slice(0, 5) },
      'auditPutImagesPerSecond of Stack/Remediation is 0.5; expected at least 0.625, so that the 25 PutImage calls for a batch of 5 images and 5 platforms end within 40 seconds',
    ],
    [
      'more platforms than the pace of pushes allows',
      { platforms: LINUX.slice(0, 9), auditPutImagesPerSecond: 2 },
      'putImagesPerSecond of Stack/Remediation is 2; expected at least 2.25, so that the 90 PutImage calls',
    ],
    [
      'less than four platforms need, if repositories choose them',
      { repositorySettings: [RepositorySetting.PLATFORMS], auditPutImagesPerSecond: 0.4 },
      "auditPutImagesPerSecond of Stack/Remediation is 0.4; expected at least 0.5, so that the 20 PutImage calls for a batch of 5 images and 4 platforms end within 40 seconds: raise auditPutImagesPerSecond, or don't let repositories choose platforms",
    ],
    [
      'a choice of repositories twice',
      { repositorySettings: [RepositorySetting.PLATFORMS, RepositorySetting.PLATFORMS] },
      'repositorySettings of Stack/Remediation are platforms, platforms; expected platforms only once',
    ],
  ])('%s', (_, props, message) => {
    expect(() => newRemediation(props)).toThrow(message);
  });

  test.each([
    ['*', 'excludes every tag'],
    ['', 'cannot match any tag'],
    ['-pr*', 'cannot match any tag'],
    ['pr,*', 'cannot match any tag'],
    ['pr-**', "has '**', where a single '*' does the same"],
    ['a'.repeat(129), 'has 129 characters and a tag at most 128'],
    [Lazy.string({ produce: () => 'later' }), 'is a token'],
  ])('the excluded tag %j', (tag, problem) => {
    expect(() => newRemediation({ excludedTags: ['pr-*', tag] })).toThrow(
      `excludedTags of Stack/Remediation has '${tag}', which ${problem}`,
    );
  });

  test('an excluded tag twice', () => {
    expect(() => newRemediation({ excludedTags: ['pr-*', 'pr-*'] })).toThrow("has 'pr-*', which is listed twice");
  });

  test.each([
    ['account', 'arn:aws:ecr:eu-north-1:210987654321:repository/ab', '210987654321', '123456789012'],
    ['region', 'arn:aws:ecr:us-east-1:123456789012:repository/ab', 'us-east-1', 'eu-north-1'],
  ])('a repository of another %s', (what, arn, got, expected) => {
    const stack = newStack();
    const repository = ecr.Repository.fromRepositoryArn(stack, 'Far', arn);
    expect(() => remediationIn(stack, { repositories: [RepositoryFilter.of(repository)] })).toThrow(
      `repository Stack/Far of Stack/Remediation is in ${what} ${got}; expected ${expected}`,
    );
  });

  test('a repository that two filters name', () => {
    const stack = newStack();
    const repository = ecr.Repository.fromRepositoryName(stack, 'Near', 'team/app');
    expect(() => remediationIn(stack, { repositories: [RepositoryFilter.of(repository), named('team/app')] })).toThrow(
      "RepositoryFilter.of(Stack/Near) already covers RepositoryFilter.named('team/app')",
    );
  });
});
