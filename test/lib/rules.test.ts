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

const patternOf = (template: Template, rule: string) => ruleOf(template, rule).properties.EventPattern;

describe('with no props', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(newRemediation());
  });

  test('matches every push of a tag that is not a companion', () => {
    expect(patternOf(template, 'PushRule')).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: {
        'action-type': ['PUSH'],
        result: ['SUCCESS'],
        'image-tag': [{ 'anything-but': { wildcard: ['*-dockerv2', '*-soci', ''] } }],
      },
    });
  });

  test('starts audits on request and every day', () => {
    expect(patternOf(template, 'AuditRule')).toEqual({
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
        platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.LINUX_AMD64, ImagePlatform.of('linux/arm/v7')],
        includeReplicatedImages: true,
        auditSchedule: AuditSchedule.cron({ hour: '3', minute: '30' }),
      }),
    );
    const images = only(template, 'AWS::ECR::Repository');
    detail = {
      result: ['SUCCESS'],
      'repository-name': [{ Ref: images.id }, 'team/app', { prefix: 'ml/' }, { wildcard: '*/serving' }],
      'image-tag': [{ 'anything-but': { wildcard: ['*_v2s2', '*_v2s2-amd64', '*_v2s2-armv7', '*-soci', ''] } }],
    };
  });

  test('matches pushes to these repositories, except the companions of every platform', () => {
    expect(patternOf(template, 'PushRule')).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: { 'action-type': ['PUSH'], ...detail },
    });
  });

  test('matches replicated images by the same choice, and treats them as pushes', () => {
    const replication = ruleOf(template, 'ReplicationRule');
    expect(replication.properties).toMatchObject({
      EventPattern: {
        source: ['aws.ecr'],
        'detail-type': ['ECR Replication Action'],
        detail: { 'action-type': ['REPLICATE'], ...detail },
      },
      Targets: [
        { Arn: queueOf(template, 'Pushes').arn, DeadLetterConfig: { Arn: queueOf(template, 'DeadLetters').arn } },
      ],
    });
    expect(sendersOf(template, 'Pushes')).toContainEqual(replication.arn);
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

test('the schedule requests backfills if it shall always', () => {
  const targetOf = (template: Template, id: string) => ruleOf(template, id).properties.Targets[0];
  const template = templateOf(newRemediation({ alwaysBackfill: true }));
  expect(targetOf(template, 'AuditRule')).not.toHaveProperty('Input');
  expect(readWork(targetOf(template, 'AuditScheduleRule').Input)).toEqual({
    kind: 'registry-audit',
    request: { id: 'audit-schedule', account: '123456789012', region: 'eu-north-1' },
    isBackfill: true,
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

test('refuses a pattern of more than 4096 characters', () => {
  const stack = newStack();
  const repositories = Array.from({ length: 40 }, (_, index) =>
    RepositoryFilter.of(new ecr.Repository(stack, `${'Images'.repeat(16)}${index}`)),
  );
  expect(() => remediationIn(stack, { repositories })).toThrow(
    /^repositories of Stack\/Remediation make an event pattern of 4\d{3} characters; expected at most 4096/,
  );
});
