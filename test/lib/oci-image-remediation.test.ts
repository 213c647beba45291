import { App, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { METRICS } from '../../lambda/core/contract';
import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  OciImageRemediation,
  type OciImageRemediationProps,
  RepositoryFilter,
  UncompressedLayers,
} from '../../lib';
import { handlerCode } from '../../lib/private/handler-code';

const env = { account: '123456789012', region: 'eu-north-1' };

function remediationIn(stack: Stack, props?: OciImageRemediationProps): OciImageRemediation {
  return new OciImageRemediation(stack, 'Remediation', props);
}

const inNewStack = (props?: OciImageRemediationProps): OciImageRemediation =>
  remediationIn(new Stack(new App(), 'Stack', { env }), props);

const templateOf = (remediation: OciImageRemediation): Template => Template.fromStack(Stack.of(remediation));

/** The one resource of a type whose logical id begins like this; anything else than one is an error. */
function only(template: Template, type: string, id = '') {
  const [found, ...others] = Object.entries(template.findResources(type)).filter(([name]) => name.startsWith(id));
  if (!found || others.length > 0) {
    throw new Error(`expected one ${type} ${id}, got ${found ? others.length + 1 : 0}`);
  }
  const [name, { Properties }] = found;
  return { id: name, arn: { 'Fn::GetAtt': [name, 'Arn'] }, properties: Properties };
}

const RULE = { type: 'AWS::Events::Rule', push: 'RemediationPushRule', audit: 'RemediationAuditRule' } as const;
const arn = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${rest}`]] });
const statementsOf = (template: Template) =>
  only(template, 'AWS::IAM::Role').properties.Policies[0].PolicyDocument.Statement;
const environmentOf = (template: Template) => only(template, 'AWS::Lambda::Function').properties.Environment.Variables;
const queueOf = (template: Template, name: string) => only(template, 'AWS::SQS::Queue', `Remediation${name}`);

describe('with no props', () => {
  let remediation: OciImageRemediation;
  let template: Template;
  beforeAll(() => {
    remediation = inNewStack();
    template = templateOf(remediation);
  });

  test('has these resources and no other', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.sort()).toEqual([
      ...Array(10).fill('AWS::CloudWatch::Alarm'),
      'AWS::CloudWatch::Dashboard',
      ...Array(3).fill('AWS::Events::Rule'),
      'AWS::IAM::Role',
      ...Array(2).fill('AWS::Lambda::EventSourceMapping'),
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      ...Array(3).fill('AWS::SQS::Queue'),
      ...Array(3).fill('AWS::SQS::QueuePolicy'),
    ]);
  });

  test('names nothing, so that two stacks fit into one Region', () => {
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

  test('matches every push of a tag that is no companion', () => {
    expect(only(template, RULE.type, RULE.push).properties.EventPattern).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: {
        'action-type': ['PUSH'],
        result: ['SUCCESS'],
        'image-tag': [{ 'anything-but': { wildcard: ['*-dockerv2', '*-soci', ''] } }],
      },
    });
  });

  test('takes requests and a daily schedule for audits', () => {
    expect(only(template, RULE.type, RULE.audit).properties.EventPattern).toEqual({
      source: ['ecr-oci-remediation'],
      'detail-type': ['Registry Audit Requested', 'Repository Audit Requested', 'Image Repair Requested'],
    });
    const schedule = only(template, RULE.type, 'RemediationAuditScheduleRule').properties;
    expect(schedule).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
    expect(schedule).not.toHaveProperty('EventPattern');
  });

  test.each([
    ['RemediationPushRule', 'Pushes'],
    ['RemediationAuditRule', 'Audits'],
    ['RemediationAuditScheduleRule', 'Audits'],
  ])(
    '%s is on the default bus and sends plain events to %s, and what cannot be delivered to the dead letters',
    (id, to) => {
      const rule = only(template, RULE.type, id).properties;
      expect(rule).not.toHaveProperty('EventBusName');
      expect(rule.Targets).toEqual([
        {
          Id: 'Target0',
          Arn: queueOf(template, to).arn,
          DeadLetterConfig: { Arn: queueOf(template, 'DeadLetters').arn },
        },
      ]);
    },
  );

  test.each([
    ['Pushes', 90],
    ['Audits', 360],
  ])(
    '%s hides a message for %i seconds, longer than the function runs, and gives it up after five attempts',
    (name, seconds) => {
      const queue = queueOf(template, name).properties;
      expect(queue.VisibilityTimeout).toBe(seconds);
      expect(queue.VisibilityTimeout).toBeGreaterThan(only(template, 'AWS::Lambda::Function').properties.Timeout);
      expect(queue.RedrivePolicy).toEqual({
        deadLetterTargetArn: queueOf(template, 'DeadLetters').arn,
        maxReceiveCount: 5,
      });
    },
  );

  test('runs one function with the documented environment', () => {
    expect(only(template, 'AWS::Lambda::Function').properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 60,
      Handler: 'index.handler',
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        LogGroup: { Ref: only(template, 'AWS::Logs::LogGroup').id },
      },
    });
    expect(environmentOf(template)).toEqual({
      COMPANION_TAG_SUFFIX: '-dockerv2',
      PLATFORMS: 'linux/amd64',
      COMPANION_FOR: 'oci-images',
      UNCOMPRESSED_LAYERS: 'refuse',
      REPOSITORIES: '*',
      EXCLUDED_TAGS: '',
      PUT_IMAGES_PER_SECOND: '2',
      AUDIT_PUT_IMAGES_PER_SECOND: '0.5',
      EVENT_BUS_NAME: 'default',
    });
  });

  test.each([
    ['Pushes', 10],
    ['Audits', 5],
  ])('delivers %s %i at a time, to two at once, and takes back only what failed', (name, size) => {
    expect(only(template, 'AWS::Lambda::EventSourceMapping', `Remediation${name}`).properties).toEqual({
      EventSourceArn: queueOf(template, name).arn,
      FunctionName: { Ref: only(template, 'AWS::Lambda::Function').id },
      BatchSize: size,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('lets the function do this and nothing else', () => {
    const role = only(template, 'AWS::IAM::Role').properties;
    const repositories = arn('ecr:eu-north-1:123456789012:repository/*');
    const defaultBus = arn('events:eu-north-1:123456789012:event-bus/default');
    const ours = (...detailTypes: string[]) => ({
      StringEquals: { 'events:source': 'ecr-oci-remediation', 'events:detail-type': detailTypes },
    });
    expect(role).not.toHaveProperty('ManagedPolicyArns');
    expect(role.Policies).toEqual([
      {
        PolicyName: 'Remediation',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: [
                'ecr:BatchGetImage',
                'ecr:GetDownloadUrlForLayer',
                'ecr:DescribeImages',
                'ecr:ListTagsForResource',
              ],
              Resource: repositories,
            },
            {
              Effect: 'Allow',
              Action: 'ecr:PutImage',
              Resource: repositories,
              Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
            },
            { Effect: 'Allow', Action: 'ecr:DescribeRepositories', Resource: repositories },
            {
              Effect: 'Allow',
              Action: 'events:PutEvents',
              Resource: defaultBus,
              Condition: ours('Image Remediation', 'Repository Audit Finished'),
            },
            {
              Effect: 'Allow',
              Action: 'events:PutEvents',
              Resource: defaultBus,
              Condition: ours('Registry Audit Requested', 'Repository Audit Requested', 'Image Repair Requested'),
            },
            {
              Effect: 'Allow',
              Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
              Resource: [queueOf(template, 'Pushes').arn, queueOf(template, 'Audits').arn],
            },
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: only(template, 'AWS::Logs::LogGroup').arn,
            },
          ],
        },
      },
    ]);
  });

  test('shows the same statements as minimalPolicy', () => {
    expect(Stack.of(remediation).resolve(remediation.minimalPolicy)).toEqual(
      only(template, 'AWS::IAM::Role').properties.Policies[0].PolicyDocument,
    );
  });

  test.each([
    ['Pushes', ['PushRule']],
    ['Audits', ['AuditRule', 'AuditScheduleRule']],
    ['DeadLetters', ['PushRule', 'AuditRule', 'AuditScheduleRule']],
  ])('encrypts %s, takes no plain HTTP, and only from %j', (name, rules) => {
    const queue = queueOf(template, name);
    expect(queue.properties.SqsManagedSseEnabled).toBe(true);
    const { PolicyDocument, Queues } = only(template, 'AWS::SQS::QueuePolicy', `Remediation${name}`).properties;
    expect(Queues).toEqual([{ Ref: queue.id }]);
    expect(PolicyDocument.Statement).toEqual([
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sqs:*',
        Resource: queue.arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue.arn,
        Condition: {
          ArnEquals: { 'aws:SourceArn': rules.map((id) => only(template, RULE.type, `Remediation${id}`).arn) },
        },
      },
    ]);
  });

  test('keeps dead letters for 14 days and the log for 90', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 });
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', Properties: { RetentionInDays: 90 } });
  });

  test('has a metric of each kind, by the function', () => {
    const metrics = {
      [METRICS.pushed]: remediation.metricPushed(),
      [METRICS.ociImagesPushed]: remediation.metricOciImagesPushed(),
      [METRICS.converted]: remediation.metricConverted(),
      [METRICS.aliased]: remediation.metricAliased(),
      [METRICS.unchanged]: remediation.metricUnchanged(),
      [METRICS.skipped]: remediation.metricSkipped(),
      [METRICS.refused]: remediation.metricRefused(),
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

describe('with every prop', () => {
  let template: Template;
  let stack: Stack;
  beforeAll(() => {
    stack = new Stack(new App(), 'Stack', { env });
    const bus = events.EventBus.fromEventBusName(stack, 'Bus', 'outcomes');
    const remediation = remediationIn(stack, {
      repositories: [
        RepositoryFilter.of(new ecr.Repository(stack, 'Images')),
        RepositoryFilter.named('team/app'),
        RepositoryFilter.matching('ml/*'),
        RepositoryFilter.matching('*/serving'),
      ],
      companionTag: CompanionTag.suffix('_v2s2'),
      platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.LINUX_AMD64, ImagePlatform.of('linux/arm/v7')],
      companionFor: CompanionFor.EVERY_TAG,
      uncompressedLayers: UncompressedLayers.RELABEL,
      excludedTags: ['pr-*', 'cache'],
      includeReplicatedImages: true,
      auditSchedule: AuditSchedule.cron({ hour: '3', minute: '30' }),
      auditMaxConcurrency: 4,
      auditPutImagesPerSecond: 0.25,
      maxConcurrency: 3,
      putImagesPerSecond: 0.5,
      logRetention: RetentionDays.ONE_YEAR,
      logRemovalPolicy: RemovalPolicy.DESTROY,
      eventBus: bus,
      encryptionKey: new kms.Key(stack, 'Key'),
    });
    remediation.onRemediation('Converted', {
      eventPattern: { detail: { outcome: ['converted'] } },
      target: new targets.SnsTopic(new sns.Topic(stack, 'Converted')),
    });
    remediation.onAuditFinished('Audited');
    template = Template.fromStack(stack);
  });

  test('the rules, the role and the function name the same repositories', () => {
    const images = only(template, 'AWS::ECR::Repository');
    const detail = {
      result: ['SUCCESS'],
      'repository-name': [{ Ref: images.id }, 'team/app', { prefix: 'ml/' }, { wildcard: '*/serving' }],
      'image-tag': [{ 'anything-but': { wildcard: ['*_v2s2', '*_v2s2-amd64', '*_v2s2-armv7', '*-soci', ''] } }],
    };
    expect(only(template, RULE.type, RULE.push).properties.EventPattern).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: { 'action-type': ['PUSH'], ...detail },
    });
    const replication = only(template, RULE.type, 'RemediationReplicationRule');
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
    for (const queue of ['Pushes', 'DeadLetters']) {
      const [, allow] = only(template, 'AWS::SQS::QueuePolicy', `Remediation${queue}`).properties.PolicyDocument
        .Statement;
      expect(allow.Condition.ArnEquals['aws:SourceArn']).toContainEqual(replication.arn);
    }
    const chosen = [
      images.arn,
      ...['team/app', 'ml/*', '*/serving'].map((name) => arn(`ecr:eu-north-1:123456789012:repository/${name}`)),
    ];
    const [read, put, list] = statementsOf(template);
    expect([read.Resource, put.Resource]).toEqual([chosen, chosen]);
    expect(list.Resource).toEqual(arn('ecr:eu-north-1:123456789012:repository/*'));
  });

  test('the function gets every decision', () => {
    expect(environmentOf(template)).toEqual({
      COMPANION_TAG_SUFFIX: '_v2s2',
      PLATFORMS: 'linux/arm64,linux/amd64,linux/arm/v7',
      COMPANION_FOR: 'every-tag',
      UNCOMPRESSED_LAYERS: 'relabel',
      REPOSITORIES: {
        'Fn::Join': ['', [{ Ref: only(template, 'AWS::ECR::Repository').id }, ',team/app,ml/*,*/serving']],
      },
      EXCLUDED_TAGS: 'pr-*,cache',
      PUT_IMAGES_PER_SECOND: '0.5',
      AUDIT_PUT_IMAGES_PER_SECOND: '0.25',
      EVENT_BUS_NAME: 'outcomes',
    });
    const concurrency = ['Pushes', 'Audits'].map(
      (name) => only(template, 'AWS::Lambda::EventSourceMapping', `Remediation${name}`).properties.ScalingConfig,
    );
    expect(concurrency).toEqual([{ MaximumConcurrency: 3 }, { MaximumConcurrency: 4 }]);
    expect(only(template, RULE.type, 'RemediationAuditScheduleRule').properties.ScheduleExpression).toBe(
      'cron(30 3 * * ? *)',
    );
  });

  test('queues and log are encrypted with the key, which EventBridge, the log and the function may use', () => {
    const { arn: key, properties } = only(template, 'AWS::KMS::Key');
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: key });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key, RetentionInDays: 365 });
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
    const [, forEvents, forLogs, ...others] = properties.KeyPolicy.Statement;
    expect(others).toEqual([]);
    expect(forEvents).toMatchObject({
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    });
    expect(forLogs).toMatchObject({
      Principal: { Service: { 'Fn::Join': ['', ['logs.eu-north-1.', { Ref: 'AWS::URLSuffix' }]] } },
      Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': expect.anything() } },
    });
    expect(statementsOf(template).at(-1)).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: key,
    });
  });

  test('outcomes go to the bus, requests to the default bus, and outcomes can be listened to', () => {
    const [, , , outcomes, requests] = statementsOf(template);
    expect(outcomes.Resource).toEqual(arn('events:eu-north-1:123456789012:event-bus/outcomes'));
    expect(requests.Resource).toEqual(arn('events:eu-north-1:123456789012:event-bus/default'));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'outcomes',
      EventPattern: { source: ['ecr-oci-remediation'], 'detail-type': ['Repository Audit Finished'] },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'outcomes',
      EventPattern: {
        source: ['ecr-oci-remediation'],
        'detail-type': ['Image Remediation'],
        detail: { outcome: ['converted'] },
      },
    });
  });
});

describe('a role of the user', () => {
  test('is used untouched, and only minimalPolicy is needed to complete it', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const remediation = remediationIn(stack, { role });
    const policy = new iam.ManagedPolicy(stack, 'Policy', { document: remediation.minimalPolicy, roles: [role] });
    remediation.pushesMapping.node.addDependency(policy);
    remediation.auditsMapping.node.addDependency(policy);
    const template = Template.fromStack(stack);
    expect(only(template, 'AWS::IAM::Role').properties).toEqual({ AssumeRolePolicyDocument: expect.anything() });
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: only(template, 'AWS::IAM::Role').arn,
    });
    expect(remediation.grantPrincipal).toBe(role);
  });
});

describe('a prefix', () => {
  test('keeps all companions from the rule by one wildcard', () => {
    const template = templateOf(
      inNewStack({
        companionTag: CompanionTag.prefix('dockerv2-'),
        platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
      }),
    );
    expect(only(template, RULE.type, RULE.push).properties.EventPattern.detail['image-tag']).toEqual([
      { 'anything-but': { wildcard: ['dockerv2-*', '*-soci', ''] } },
    ]);
    expect(environmentOf(template)).toMatchObject({ COMPANION_TAG_PREFIX: 'dockerv2-' });
    expect(environmentOf(template)).not.toHaveProperty('COMPANION_TAG_SUFFIX');
  });
});

describe('companions that go with their source tag', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(inNewStack({ deleteOrphanedCompanions: true }));
  });

  test('the rule lets deletions through, and the function is told', () => {
    expect(only(template, RULE.type, RULE.push).properties.EventPattern.detail['action-type']).toEqual([
      'PUSH',
      'DELETE',
    ]);
    expect(environmentOf(template).DELETE_ORPHANED_COMPANIONS).toBe('true');
  });

  test('only then may it delete, and not in a repository that opted out', () => {
    const isWrite = ({ Action }: { Action: string | string[] }) => [Action].flat().includes('ecr:PutImage');
    expect(statementsOf(template).filter(isWrite)).toMatchObject([
      {
        Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
        Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
      },
    ]);
    expect(JSON.stringify(statementsOf(templateOf(inNewStack())))).not.toContain('BatchDelete');
  });
});

describe('no audit by itself', () => {
  test('leaves the rule for requests', () => {
    const remediation = inNewStack({ auditSchedule: AuditSchedule.never() });
    const template = templateOf(remediation);
    expect(Object.keys(template.findResources(RULE.type))).toHaveLength(2);
    expect(remediation.auditScheduleRule).toBeUndefined();
    const { PolicyDocument } = only(template, 'AWS::SQS::QueuePolicy', 'RemediationAudits').properties;
    expect(PolicyDocument.Statement[1].Condition.ArnEquals['aws:SourceArn']).toEqual([
      only(template, RULE.type, RULE.audit).arn,
    ]);
  });
});

describe('as many repositories as are allowed', () => {
  test('fit into the inline policies of a role, in the partition with the longest ARNs', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'ap-southeast-1' } });
    const names = Array.from({ length: 57 }, (_, index) => RepositoryFilter.named(`${index}`.padStart(4, 'a')));
    const remediation = remediationIn(stack, {
      repositories: names,
      encryptionKey: new kms.Key(stack, 'Key'),
      eventBus: new events.EventBus(stack, 'Bus'),
    });
    const policy = JSON.stringify(stack.resolve(remediation.minimalPolicy))
      .replaceAll('{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},"', '"arn:aws-us-gov')
      .replaceAll('"]]}', '"')
      .replace(/\{"Fn::GetAtt":\["(Logs|Remediation)[^}]*\}/g, `"arn${'a'.repeat(180)}"`)
      .replace(/\{"Fn::GetAtt":[^}]*\}/g, `"arn${'a'.repeat(330)}"`);
    expect(policy).not.toMatch(/Fn::|Ref/);
    expect(policy.length).toBeGreaterThan(8_500);
    expect(policy.length).toBeLessThanOrEqual(10_240);
  });
});

describe('a bus of another account', () => {
  test('is named by its ARN, which PutEvents needs there', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const central = 'arn:aws:events:eu-north-1:210987654321:event-bus/central';
    remediationIn(stack, { eventBus: events.EventBus.fromEventBusArn(stack, 'Central', central) });
    expect(environmentOf(Template.fromStack(stack))).toMatchObject({ EVENT_BUS_NAME: central });
  });
});

describe('an imported key', () => {
  test('brings a warning, because its policy cannot be changed here', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const key = 'arn:aws:kms:eu-north-1:123456789012:key/00000000-0000-0000-0000-000000000000';
    remediationIn(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', key) });
    Annotations.fromStack(stack).hasWarning('/Stack/Remediation', Match.stringLikeRegexp('let events.amazonaws.com'));
  });
});

describe('bad props fail with what was got and what is expected', () => {
  const { all, named, matching } = RepositoryFilter;
  const names = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => named(`${index}`.padStart(length, 'a')));

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
      { repositories: names(150, 4) },
      /are 150 filters.* expected at most 3800/,
    ],
    [
      'an environment of more than 4096 characters',
      { excludedTags: Array.from({ length: 40 }, (_, index) => `${index}-${'a'.repeat(100)}*`) },
      /^repositories and excludedTags of Stack\/Remediation make an environment of \d{4} characters; expected at most 4096/,
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
    [
      'no put at all',
      { putImagesPerSecond: 0 },
      /^putImagesPerSecond of Stack\/Remediation is 0; expected a number above 0/,
    ],
    ['half a concurrency', { maxConcurrency: 2.5 }, /is 2.5; expected/],
    [
      'too little concurrency of audits',
      { auditMaxConcurrency: 1 },
      /^auditMaxConcurrency of Stack\/Remediation is 1; expected a whole number from 2 to 1000/,
    ],
    [
      'no put of audits',
      { auditPutImagesPerSecond: -1 },
      /^auditPutImagesPerSecond of Stack\/Remediation is -1; expected a number above 0/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => inNewStack(props)).toThrow(message);
  });

  test.each([
    ['*', 'excludes every tag'],
    ['', 'matches no tag'],
    ['-pr*', 'matches no tag'],
    ['pr,*', 'matches no tag'],
    ['pr-**', "has '**', where a single '*' does the same"],
    ['a'.repeat(129), 'has 129 characters of at most 128'],
    [Lazy.string({ produce: () => 'later' }), 'is a token'],
  ])('the excluded tag %j', (tag, problem) => {
    expect(() => inNewStack({ excludedTags: ['pr-*', tag] })).toThrow(
      `excludedTags of Stack/Remediation has '${tag}', which ${problem}`,
    );
  });

  test('an excluded tag twice', () => {
    expect(() => inNewStack({ excludedTags: ['pr-*', 'pr-*'] })).toThrow("has 'pr-*', which is there twice");
  });

  test('an audit that never ends', () => {
    expect(() => AuditSchedule.rate(Duration.minutes(59))).toThrow(
      'audit interval is 59 minutes; expected at least 1 hour',
    );
  });

  test.each([
    ['account', 'arn:aws:ecr:eu-north-1:210987654321:repository/ab', '210987654321', '123456789012'],
    ['region', 'arn:aws:ecr:us-east-1:123456789012:repository/ab', 'us-east-1', 'eu-north-1'],
  ])('a repository of another %s', (what, arn, got, expected) => {
    const stack = new Stack(new App(), 'Stack', { env });
    const repository = ecr.Repository.fromRepositoryArn(stack, 'Far', arn);
    expect(() => remediationIn(stack, { repositories: [RepositoryFilter.of(repository)] })).toThrow(
      `repository Stack/Far of Stack/Remediation is in ${what} ${got}; expected ${expected}`,
    );
  });

  test('a rule of more than 4096 characters', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const repositories = Array.from({ length: 40 }, (_, index) =>
      RepositoryFilter.of(new ecr.Repository(stack, `${'Images'.repeat(16)}${index}`)),
    );
    expect(() => remediationIn(stack, { repositories })).toThrow(
      /^repositories of Stack\/Remediation make an event pattern of 4\d{3} characters; expected at most 4096/,
    );
  });

  test('a repository that two filters name', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const repository = ecr.Repository.fromRepositoryName(stack, 'Near', 'team/app');
    expect(() => remediationIn(stack, { repositories: [RepositoryFilter.of(repository), named('team/app')] })).toThrow(
      "RepositoryFilter.of(Stack/Near) already covers RepositoryFilter.named('team/app')",
    );
  });

  test('a function that is not bundled', () => {
    expect(() => handlerCode(__dirname)).toThrow(/index.js does not exist; run 'npm run build'$/);
  });
});
