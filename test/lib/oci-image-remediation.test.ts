import { Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { METRICS } from '../../lambda/core/contract';
import type { OciImageRemediation } from '../../lib';
import { newRemediation, newStack, remediationIn, templateOf } from './support';

describe('with no props', () => {
  let remediation: OciImageRemediation;
  let template: Template;
  beforeAll(() => {
    remediation = newRemediation();
    template = templateOf(remediation);
  });

  test('has these resources and no other', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.sort()).toEqual([
      ...Array(11).fill('AWS::CloudWatch::Alarm'),
      'AWS::CloudWatch::Dashboard',
      'AWS::ECR::PullTimeUpdateExclusion',
      ...Array(3).fill('AWS::Events::Rule'),
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      ...Array(2).fill('AWS::Lambda::EventSourceMapping'),
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      ...Array(3).fill('AWS::SQS::Queue'),
      ...Array(3).fill('AWS::SQS::QueuePolicy'),
    ]);
  });

  test('names no resource, so that two stacks fit into one Region', () => {
    const names = /^(Function|Queue|Role|LogGroup|Alarm|Topic|Dashboard)?Name$/;
    const own = [
      'AWS::Lambda::Function',
      'AWS::SQS::Queue',
      'AWS::IAM::Role',
      'AWS::Logs::LogGroup',
      'AWS::Events::Rule',
      'AWS::CloudWatch::Dashboard',
    ]
      .flatMap((type) => Object.values(template.findResources(type)))
      .flatMap(({ Properties }) => Object.keys(Properties));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((key) => names.test(key))).toEqual([]);
  });

  test('has a method for each metric, whose dimension is the function', () => {
    const metrics = {
      [METRICS.pushed]: remediation.metricPushed(),
      [METRICS.ociImagesPushed]: remediation.metricOciImagesPushed(),
      [METRICS.converted]: remediation.metricConverted(),
      [METRICS.aliased]: remediation.metricAliased(),
      [METRICS.unchanged]: remediation.metricUnchanged(),
      [METRICS.skipped]: remediation.metricSkipped(),
      [METRICS.refused]: remediation.metricRefused(),
      [METRICS.recompressing]: remediation.metricRecompressing(),
      [METRICS.recompressed]: remediation.metricRecompressed(),
      [METRICS.recompressedBytes]: remediation.metricRecompressedBytes(),
      [METRICS.lifecycleRisk]: remediation.metricLifecycleRisk(),
      [METRICS.failed]: remediation.metricFailed(),
      [METRICS.outcomesNotPublished]: remediation.metricOutcomesNotPublished(),
      [METRICS.registryCalls]: remediation.metricRegistryCalls(),
    };
    expect([...Object.keys(metrics), METRICS.timeToCompanion].sort()).toEqual(Object.values(METRICS).sort());
    for (const [metricName, metric] of Object.entries(metrics)) {
      expect(metric).toMatchObject({
        namespace: 'EcrOciRemediation',
        metricName,
        statistic: 'Sum',
        dimensions: { FunctionName: remediation.handler.functionName },
      });
    }
    expect(remediation.metricTimeToCompanion()).toMatchObject({ metricName: 'TimeToCompanion', statistic: 'p95' });
    expect(remediation.metricTimeToCompanion({ statistic: 'Maximum' }).statistic).toBe('Maximum');
  });
});

test('tags of the construct are tags of what it creates', () => {
  const remediation = newRemediation();
  Tags.of(remediation).add('team', 'platform');
  const template = templateOf(remediation);
  for (const type of [
    'AWS::CloudWatch::Alarm',
    'AWS::Events::Rule',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::SQS::Queue',
  ]) {
    expect([type, Object.keys(template.findResources(type)).length > 0]).toEqual([type, true]);
    template.allResourcesProperties(type, { Tags: Match.arrayWith([{ Key: 'team', Value: 'platform' }]) });
  }
});

test('a permissions boundary of the construct is one of its role', () => {
  const remediation = newRemediation();
  const boundary = iam.ManagedPolicy.fromManagedPolicyName(Stack.of(remediation), 'Boundary', 'boundary');
  iam.PermissionsBoundary.of(remediation).apply(boundary);
  const template = templateOf(remediation);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.allResourcesProperties('AWS::IAM::Role', {
    PermissionsBoundary: Stack.of(remediation).resolve(boundary.managedPolicyArn),
  });
});

test('onRemediation and onAuditFinished make rules on the bus that receives the outcomes', () => {
  const stack = newStack();
  const remediation = remediationIn(stack, {
    eventBus: events.EventBus.fromEventBusName(stack, 'Bus', 'outcomes'),
  });
  remediation.onRemediation('Converted', {
    eventPattern: { detail: { outcome: ['converted'] } },
    target: new targets.SnsTopic(new sns.Topic(stack, 'Converted')),
  });
  remediation.onAuditFinished('Audited');
  const template = Template.fromStack(stack);
  const here = { account: ['123456789012'], region: ['eu-north-1'] };
  template.hasResourceProperties('AWS::Events::Rule', {
    EventBusName: 'outcomes',
    EventPattern: { ...here, source: ['ecr-oci-remediation'], 'detail-type': ['Repository Audit Finished'] },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventBusName: 'outcomes',
    EventPattern: {
      ...here,
      source: ['ecr-oci-remediation'],
      'detail-type': ['Image Remediation'],
      detail: { outcome: ['converted'] },
    },
  });
});
