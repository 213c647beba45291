import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { METRICS } from '../../lambda/core/names';
import {
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  OciImageRemediation,
  type OciImageRemediationProps,
  RepositoryFilter,
  UncompressedLayers,
} from '../../lib';
import { handlerCode } from '../../lib/handler-code';

const env = { account: '123456789012', region: 'eu-north-1' };

function remediationIn(stack: Stack, props?: OciImageRemediationProps): OciImageRemediation {
  return new OciImageRemediation(stack, 'Remediation', props);
}

const inNewStack = (props?: OciImageRemediationProps): OciImageRemediation =>
  remediationIn(new Stack(new App(), 'Stack', { env }), props);

const templateOf = (remediation: OciImageRemediation): Template => Template.fromStack(Stack.of(remediation));

/** The one resource of a type; anything else than one is an error. */
function only(template: Template, type: string) {
  const [resource, ...others] = Object.values(template.findResources(type));
  if (!resource || others.length > 0) {
    throw new Error(`expected one ${type}, got ${resource ? others.length + 1 : 0}`);
  }
  return resource.Properties;
}

const logicalId = (template: Template, type: string): string => Object.keys(template.findResources(type)).join();

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
      ...Array(4).fill('AWS::CloudWatch::Alarm'),
      'AWS::Events::Rule',
      'AWS::IAM::Role',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'AWS::SQS::Queue',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::SQS::QueuePolicy',
    ]);
  });

  test('names nothing, so that two stacks fit into one Region', () => {
    const names = /^(Function|Queue|Role|LogGroup|Alarm|Topic)?Name$/;
    const own = [
      'AWS::Lambda::Function',
      'AWS::SQS::Queue',
      'AWS::IAM::Role',
      'AWS::Logs::LogGroup',
      'AWS::Events::Rule',
    ]
      .flatMap((type) => Object.values(template.findResources(type)))
      .flatMap(({ Properties }) => Object.keys(Properties));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((key) => names.test(key))).toEqual([]);
  });

  test('matches every push of a tag that is no companion', () => {
    expect(only(template, 'AWS::Events::Rule').EventPattern).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: {
        'action-type': ['PUSH'],
        result: ['SUCCESS'],
        'image-tag': [{ 'anything-but': { wildcard: ['*-dockerv2', '*-soci', ''] } }],
      },
    });
  });

  test('is on the default bus and sends to the queue, and to its dead-letter queue what cannot be delivered', () => {
    const rule = only(template, 'AWS::Events::Rule');
    const queue = only(template, 'AWS::Lambda::EventSourceMapping').EventSourceArn;
    const { RedrivePolicy } =
      Object.values(
        template.findResources(
          'AWS::SQS::Queue',
          Match.objectLike({
            Properties: { VisibilityTimeout: 180 },
          }),
        ),
      )[0]?.Properties ?? {};
    expect(rule).not.toHaveProperty('EventBusName');
    expect(rule.Targets).toEqual([
      { Id: 'Target0', Arn: queue, DeadLetterConfig: { Arn: RedrivePolicy.deadLetterTargetArn } },
    ]);
    expect(RedrivePolicy).toEqual({ deadLetterTargetArn: expect.anything(), maxReceiveCount: 5 });
  });

  test('runs one function with the documented environment', () => {
    expect(only(template, 'AWS::Lambda::Function')).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 30,
      Handler: 'index.handler',
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        LogGroup: { Ref: logicalId(template, 'AWS::Logs::LogGroup') },
      },
    });
    expect(only(template, 'AWS::Lambda::Function').Environment).toEqual({
      Variables: {
        COMPANION_TAG_SUFFIX: '-dockerv2',
        PLATFORMS: 'linux/amd64',
        PUT_IMAGES_PER_SECOND: '2',
        COMPANION_FOR: 'oci-images',
        UNCOMPRESSED_LAYERS: 'refuse',
        EVENT_BUS_NAME: 'default',
      },
    });
  });

  test('delivers ten pushes at a time, to two at once, and takes back only what failed', () => {
    expect(only(template, 'AWS::Lambda::EventSourceMapping')).toMatchObject({
      FunctionName: { Ref: logicalId(template, 'AWS::Lambda::Function') },
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('lets the function do this and nothing else', () => {
    const role = only(template, 'AWS::IAM::Role');
    const arn = (rest: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${rest}`]],
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
              Action: ['ecr:BatchGetImage', 'ecr:PutImage', 'ecr:GetDownloadUrlForLayer'],
              Resource: arn('ecr:eu-north-1:123456789012:repository/*'),
            },
            {
              Effect: 'Allow',
              Action: 'events:PutEvents',
              Resource: arn('events:eu-north-1:123456789012:event-bus/default'),
              Condition: {
                StringEquals: { 'events:source': 'ecr-oci-remediation', 'events:detail-type': 'Image Remediation' },
              },
            },
            {
              Effect: 'Allow',
              Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
              Resource: only(template, 'AWS::Lambda::EventSourceMapping').EventSourceArn,
            },
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: { 'Fn::GetAtt': [logicalId(template, 'AWS::Logs::LogGroup'), 'Arn'] },
            },
          ],
        },
      },
    ]);
  });

  test('shows the same statements as minimalPolicy', () => {
    expect(Stack.of(remediation).resolve(remediation.minimalPolicy)).toEqual(
      only(template, 'AWS::IAM::Role').Policies[0].PolicyDocument,
    );
  });

  test('encrypts both queues, takes no plain HTTP, and only from its own rule', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: {
              ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [logicalId(template, 'AWS::Events::Rule'), 'Arn'] } },
            },
          },
        ],
      },
    });
  });

  test('keeps dead letters for 14 days and the log for 90', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 });
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', Properties: { RetentionInDays: 90 } });
  });

  test.each([
    ['EcrOciRemediation', 'OciImagesPushed', 'FunctionName', 'Sum'],
    ['EcrOciRemediation', 'Refused', 'FunctionName', 'Sum'],
    ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', 'Maximum'],
    ['AWS/Lambda', 'Errors', 'FunctionName', 'Sum'],
  ])('has an alarm on %s %s that says what to do', (Namespace, MetricName, dimension, Statistic) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace,
      MetricName,
      Dimensions: [Match.objectLike({ Name: dimension })],
      Statistic,
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('^[A-Z].+\\. .+\\.$'),
      AlarmActions: Match.absent(),
    });
  });

  test('lists every alarm, and each by name', () => {
    expect(remediation.alarms).toEqual([
      remediation.ociImagesPushedAlarm,
      remediation.refusedAlarm,
      remediation.deadLettersAlarm,
      remediation.functionErrorsAlarm,
    ]);
  });

  test('has a metric of each kind, by the function', () => {
    const metrics = {
      [METRICS.ociImagesPushed]: remediation.metricOciImagesPushed(),
      [METRICS.converted]: remediation.metricConverted(),
      [METRICS.aliased]: remediation.metricAliased(),
      [METRICS.unchanged]: remediation.metricUnchanged(),
      [METRICS.skipped]: remediation.metricSkipped(),
      [METRICS.refused]: remediation.metricRefused(),
      [METRICS.failed]: remediation.metricFailed(),
    };
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
      alarmTopic: new sns.Topic(stack, 'Topic'),
      ociImagesPushedAlarm: false,
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
    template = Template.fromStack(stack);
  });

  test('the rule and the role name the same repositories', () => {
    const images = logicalId(template, 'AWS::ECR::Repository');
    const ecrStatement = only(template, 'AWS::IAM::Role').Policies[0].PolicyDocument.Statement[0];
    const arn = (name: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-north-1:123456789012:repository/${name}`]],
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ecr'],
        detail: {
          'repository-name': [{ Ref: images }, 'team/app', { prefix: 'ml/' }, { wildcard: '*/serving' }],
          'image-tag': [{ 'anything-but': { wildcard: ['*_v2s2', '*_v2s2-amd64', '*_v2s2-armv7', '*-soci', ''] } }],
        },
      },
    });
    expect(ecrStatement.Resource).toEqual([
      { 'Fn::GetAtt': [images, 'Arn'] },
      arn('team/app'),
      arn('ml/*'),
      arn('*/serving'),
    ]);
  });

  test('the function gets every decision', () => {
    expect(only(template, 'AWS::Lambda::Function').Environment).toEqual({
      Variables: {
        COMPANION_TAG_SUFFIX: '_v2s2',
        PLATFORMS: 'linux/arm64,linux/amd64,linux/arm/v7',
        PUT_IMAGES_PER_SECOND: '0.5',
        COMPANION_FOR: 'every-tag',
        UNCOMPRESSED_LAYERS: 'relabel',
        EVENT_BUS_NAME: 'outcomes',
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 3 } });
  });

  test('queues and log are encrypted with the key, which EventBridge, the log and the function may use', () => {
    const key = { 'Fn::GetAtt': [logicalId(template, 'AWS::KMS::Key'), 'Arn'] };
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: key });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key, RetentionInDays: 365 });
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
    const [, forEvents, forLogs, ...others] = only(template, 'AWS::KMS::Key').KeyPolicy.Statement;
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
    expect(only(template, 'AWS::IAM::Role').Policies[0].PolicyDocument.Statement[4]).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: key,
    });
  });

  test('three alarms notify the topic and the one on pushes is off', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      MetricName: Match.not('OciImagesPushed'),
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    });
  });

  test('outcomes go to the bus, and only there, and can be listened to', () => {
    expect(only(template, 'AWS::IAM::Role').Policies[0].PolicyDocument.Statement[1].Resource).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-north-1:123456789012:event-bus/outcomes']],
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
    const template = Template.fromStack(stack);
    expect(only(template, 'AWS::IAM::Role')).toEqual({ AssumeRolePolicyDocument: expect.anything() });
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: { 'Fn::GetAtt': [logicalId(template, 'AWS::IAM::Role'), 'Arn'] },
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
    expect(only(template, 'AWS::Events::Rule').EventPattern.detail['image-tag']).toEqual([
      { 'anything-but': { wildcard: ['dockerv2-*', '*-soci', ''] } },
    ]);
    expect(only(template, 'AWS::Lambda::Function').Environment.Variables).toMatchObject({
      COMPANION_TAG_PREFIX: 'dockerv2-',
    });
    expect(only(template, 'AWS::Lambda::Function').Environment.Variables).not.toHaveProperty('COMPANION_TAG_SUFFIX');
  });
});

describe('a bus of another account', () => {
  test('is named by its ARN, which PutEvents needs there', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const arn = 'arn:aws:events:eu-north-1:210987654321:event-bus/central';
    remediationIn(stack, { eventBus: events.EventBus.fromEventBusArn(stack, 'Central', arn) });
    const { Variables } = only(Template.fromStack(stack), 'AWS::Lambda::Function').Environment;
    expect(Variables).toMatchObject({ EVENT_BUS_NAME: arn });
  });
});

describe('an imported key', () => {
  test('brings a warning, because its policy cannot be changed here', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const arn = 'arn:aws:kms:eu-north-1:123456789012:key/00000000-0000-0000-0000-000000000000';
    remediationIn(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) });
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
      'a rule of more than 4096 characters',
      { repositories: names(20, 250) },
      /event pattern of 5\d{3} characters; expected at most 4096/,
    ],
    [
      'a policy of more than 10,240 characters',
      { repositories: names(150, 4) },
      /are 150 filters.* expected at most 8000/,
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
  ])('%s', (_, props, message) => {
    expect(() => inNewStack(props)).toThrow(message);
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
