import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { readWork } from '../../lambda/events/work';
import { AuditSchedule, CompanionTag, ImagePlatform, RepositoryFilter } from '../../lib';
import {
  newApp,
  newRemediation,
  newStack,
  only,
  queueOf,
  remediationIn,
  ruleOf,
  sendersOf,
  templateOf,
} from './support';

/** Events of other accounts and Regions can be on the same bus. */
const here = { account: ['123456789012'], region: ['eu-north-1'] };

const patternOf = (template: Template, rule: string) => ruleOf(template, rule).properties.EventPattern;

describe('with no props', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(newRemediation());
  });

  test('matches every push of a tag that is not a companion', () => {
    expect(patternOf(template, 'PushRule')).toEqual({
      ...here,
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: {
        'action-type': ['PUSH'],
        result: ['SUCCESS'],
        'image-tag': [{ 'anything-but': { wildcard: ['*-dockerv2*', '*-soci', ''] } }],
      },
    });
  });

  test('starts audits on request and every day', () => {
    expect(patternOf(template, 'AuditRule')).toEqual({
      ...here,
      source: ['ecr-oci-remediation'],
      'detail-type': ['Registry Audit Requested', 'Repository Audit Requested', 'Image Repair Requested'],
    });
    const schedule = ruleOf(template, 'AuditScheduleRule').properties;
    expect(schedule).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    expect(schedule).not.toHaveProperty('EventPattern');
  });

  test.each([
    ['PushRule', 'Pushes'],
    ['AuditRule', 'Audits'],
    ['AuditScheduleRule', 'Audits'],
  ])('%s is on the default bus and sends plain events to %s, and undeliverable ones to the dead letters', (id, to) => {
    const rule = ruleOf(template, id).properties;
    expect(rule).not.toHaveProperty('EventBusName');
    expect(rule.Targets).toEqual([
      {
        Id: 'Target0',
        Arn: queueOf(template, to).arn,
        DeadLetterConfig: { Arn: queueOf(template, 'DeadLetters').arn },
      },
    ]);
  });
});

describe('with repositories, a suffix, platforms, replication and a schedule', () => {
  let template: Template;
  let detail: object;
  beforeAll(() => {
    const stack = newStack();
    template = templateOf(
      remediationIn(stack, {
        repositories: [
          RepositoryFilter.of(new ecr.Repository(stack, 'Images')),
          RepositoryFilter.named('team/app'),
          RepositoryFilter.matching('ml/*'),
          RepositoryFilter.matching('*/serving'),
        ],
        companionTag: CompanionTag.suffix('_v2s2'),
        platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.LINUX_AMD64],
        includeReplicatedImages: true,
        auditSchedule: AuditSchedule.cron({ hour: '3', minute: '30' }),
      }),
    );
    const images = only(template, 'AWS::ECR::Repository');
    detail = {
      result: ['SUCCESS'],
      'repository-name': [{ Ref: images.id }, 'team/app', { prefix: 'ml/' }, { wildcard: '*/serving' }],
      'image-tag': [{ 'anything-but': { wildcard: ['*_v2s2*', '*-soci', ''] } }],
    };
  });

  test('matches pushes to these repositories, except the companions of every platform', () => {
    expect(patternOf(template, 'PushRule')).toEqual({
      ...here,
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: { 'action-type': ['PUSH'], ...detail },
    });
  });

  test('matches replicated images by the same choice, and sends them to the queue of audits', () => {
    const replication = ruleOf(template, 'ReplicationRule');
    expect(replication.properties).toMatchObject({
      EventPattern: {
        ...here,
        source: ['aws.ecr'],
        'detail-type': ['ECR Replication Action'],
        detail: { 'action-type': ['REPLICATE'], ...detail },
      },
      Targets: [
        { Arn: queueOf(template, 'Audits').arn, DeadLetterConfig: { Arn: queueOf(template, 'DeadLetters').arn } },
      ],
    });
    expect(sendersOf(template, 'Audits')).toContainEqual(replication.arn);
    expect(sendersOf(template, 'Pushes')).toEqual([ruleOf(template, 'PushRule').arn]);
    expect(sendersOf(template, 'DeadLetters')).toContainEqual(replication.arn);
  });

  test('audits at the scheduled time', () => {
    expect(ruleOf(template, 'AuditScheduleRule').properties.ScheduleExpression).toBe('cron(30 3 * * ? *)');
  });
});

test('one wildcard excludes all companions that begin with a prefix', () => {
  const template = templateOf(
    newRemediation({
      companionTag: CompanionTag.prefix('dockerv2-'),
      platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
    }),
  );
  expect(patternOf(template, 'PushRule').detail['image-tag']).toEqual([
    { 'anything-but': { wildcard: ['dockerv2-*', '*-soci', ''] } },
  ]);
});

test('deletions pass only if orphaned companions are deleted', () => {
  const template = templateOf(newRemediation({ deleteOrphanedCompanions: true, includeReplicatedImages: true }));
  expect(patternOf(template, 'PushRule').detail['action-type']).toEqual(['PUSH', 'DELETE']);
  expect(patternOf(template, 'ReplicationRule').detail['action-type']).toEqual(['REPLICATE']);
});

test('with alwaysBackfill, the schedule requests backfills', () => {
  const targetOf = (template: Template, id: string) => ruleOf(template, id).properties.Targets[0];
  const template = templateOf(newRemediation({ alwaysBackfill: true }));
  expect(targetOf(template, 'AuditRule')).not.toHaveProperty('Input');
  expect(readWork(targetOf(template, 'AuditScheduleRule').Input)).toEqual({
    kind: 'registry-audit',
    request: { id: 'audit-schedule', account: '123456789012', region: 'eu-north-1' },
    isBackfill: true,
    isDespiteLifecycle: false,
    restarts: 0,
  });
  const anywhere = templateOf(remediationIn(new Stack(newApp(), 'Stack'), { alwaysBackfill: true }));
  expect(JSON.stringify(targetOf(anywhere, 'AuditScheduleRule').Input)).toContain('{"Ref":"AWS::AccountId"}');
});

test('without a schedule, audits start only on request', () => {
  const remediation = newRemediation({ auditSchedule: AuditSchedule.never() });
  const template = templateOf(remediation);
  template.resourceCountIs('AWS::Events::Rule', 2);
  expect(remediation.auditScheduleRule).toBeUndefined();
  expect(sendersOf(template, 'Audits')).toEqual([ruleOf(template, 'AuditRule').arn]);
});

test('matches only the account and Region that the stack is deployed to', () => {
  expect(patternOf(templateOf(remediationIn(new Stack(newApp(), 'Stack'))), 'PushRule')).toMatchObject({
    account: [{ Ref: 'AWS::AccountId' }],
    region: [{ Ref: 'AWS::Region' }],
  });
});

describe('matches every repository, and leaves the choice to the function, if the pattern would be', () => {
  const isNarrowed = (repositories: RepositoryFilter[], stack = newStack()) =>
    'repository-name' in patternOf(templateOf(remediationIn(stack, { repositories })), 'PushRule').detail;

  test('too complex', () => {
    const services = (count: number) =>
      Array.from({ length: count }, (_, index) => RepositoryFilter.matching(`*/service-${index}`));
    expect([isNarrowed(services(4)), isNarrowed(services(5))]).toEqual([true, false]);
  });

  test('longer than 4096 characters, where names that only the deployment knows count as the longest that ECR allows', () => {
    const created = (stack: Stack, count: number) =>
      Array.from({ length: count }, (_, index) => RepositoryFilter.of(new ecr.Repository(stack, `Images${index}`)));
    const [few, many] = [newStack(), newStack()];
    expect(isNarrowed(created(few, 14), few)).toBe(true);
    expect(isNarrowed(created(many, 15), many)).toBe(false);
  });
});

test('refuses a companion tag that repeats itself so often that EventBridge may refuse the rule', () => {
  const repeating = (times: number) => newRemediation({ companionTag: CompanionTag.suffix('-a'.repeat(times)) });
  expect(() => repeating(6)).not.toThrow();
  expect(() => repeating(7)).toThrow(
    "companionTag of Stack/Remediation makes the wildcard '*-a-a-a-a-a-a-a*' of complexity 9; expected at most 8",
  );
});
