import { Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Architecture, Tracing } from 'aws-cdk-lib/aws-lambda';
import {
  type OciImageRemediation,
  type OciImageRemediationProps,
  RemediationAlarm,
  RepositoryFilter,
  RepositorySetting,
} from '../../lib';
import { arn, newRemediation, newStack, only, queueOf, remediationIn, ruleOf, sendersOf, templateOf } from './support';

const SERVICE = 'RemediationFunction';
const LAYERS = 'RemediationRecompression';
const lambdaOf = (template: Template, id: string) => only(template, 'AWS::Lambda::Function', id);
const documentOf = (template: Template, id: string) =>
  only(template, 'AWS::IAM::Policy', id).properties.PolicyDocument.Statement;

describe('without recompressLayers', () => {
  test('there is no second function, and no role may upload a layer', () => {
    const remediation = newRemediation();
    const template = templateOf(remediation);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.resourceCountIs('AWS::IAM::Role', 1);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/Layer(Upload|Part)|Recompress|RECOMPRESS/);
    const { layersQueue, recompressionHandler, recompressionRule, minimalRecompressionPolicy } = remediation;
    expect([layersQueue, recompressionHandler, recompressionRule]).toEqual([undefined, undefined, undefined]);
    expect(minimalRecompressionPolicy.isEmpty).toBe(true);
    for (const name of [RemediationAlarm.RECOMPRESSION_AGE, RemediationAlarm.RECOMPRESSION_ERRORS])
      expect(remediation.tryFindAlarm(name)).toBeUndefined();
  });
});

test('is deployed for repositories that choose it, and no other setting brings it', () => {
  const { RECOMPRESS_LAYERS, PLATFORMS, COMPANION_FOR } = RepositorySetting;
  const withoutEnvironment = (props: OciImageRemediationProps) => {
    const stack = newStack();
    const recompressionRole = iam.Role.fromRoleName(stack, 'Mine', 'mine');
    const template = templateOf(remediationIn(stack, { ...props, recompressionRole })).toJSON();
    for (const resource of Object.values<{ Type: string; Properties: { Environment?: unknown } }>(template.Resources))
      if (resource.Type === 'AWS::Lambda::Function') resource.Properties.Environment = undefined;
    return template;
  };
  expect(withoutEnvironment({ repositorySettings: [RECOMPRESS_LAYERS] })).toEqual(
    withoutEnvironment({ recompressLayers: true }),
  );
  const withoutFunction = templateOf(newRemediation({ repositorySettings: [PLATFORMS, COMPANION_FOR] }));
  withoutFunction.resourceCountIs('AWS::Lambda::Function', 1);
  expect(withoutFunction.findResources('AWS::IAM::Policy')).toEqual(
    templateOf(newRemediation()).findResources('AWS::IAM::Policy'),
  );
});

describe('with recompressLayers', () => {
  let remediation: OciImageRemediation;
  let template: Template;
  beforeAll(() => {
    remediation = newRemediation({ recompressLayers: true });
    template = templateOf(remediation);
  });

  test('a second function has two vCPUs and a quarter of an hour, for one image at a time', () => {
    const { id, properties } = lambdaOf(template, LAYERS);
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 3538,
      Timeout: 900,
      LoggingConfig: { LogGroup: { Ref: only(template, 'AWS::Logs::LogGroup').id } },
    });
    expect(properties).not.toHaveProperty('RecursiveLoop');
    expect(properties.Code).not.toEqual(lambdaOf(template, SERVICE).properties.Code);
    expect(only(template, 'AWS::Lambda::EventSourceMapping', LAYERS).properties).toEqual({
      EventSourceArn: queueOf(template, 'Layers').arn,
      FunctionName: { Ref: id },
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('both functions know the limit, and count under one name', () => {
    const environments = [SERVICE, LAYERS].map((id) => lambdaOf(template, id).properties.Environment.Variables);
    expect(environments[0]).toMatchObject({ MAX_RECOMPRESSED_LAYER_BYTES: `${20 * 1024 ** 3}` });
    expect(environments[0]).not.toHaveProperty('METRIC_FUNCTION_NAME');
    expect(environments[1]).toEqual({
      ...environments[0],
      METRIC_FUNCTION_NAME: { Ref: lambdaOf(template, SERVICE).id },
    });
  });

  test('the queue hides a message for longer than the function runs, and gives up after five attempts', () => {
    const { VisibilityTimeout, RedrivePolicy, SqsManagedSseEnabled, MessageRetentionPeriod } = queueOf(
      template,
      'Layers',
    ).properties;
    expect([VisibilityTimeout, SqsManagedSseEnabled, MessageRetentionPeriod]).toEqual([1350, true, 14 * 24 * 60 * 60]);
    expect(RedrivePolicy).toEqual({ deadLetterTargetArn: queueOf(template, 'DeadLetters').arn, maxReceiveCount: 5 });
  });

  test('requests of recompressions go to that queue, and all others where they went before', () => {
    const patterns = ['AuditRule', 'RecompressionRule'].map((name) => ruleOf(template, name).properties.EventPattern);
    expect(patterns).toEqual([
      {
        account: ['123456789012'],
        region: ['eu-north-1'],
        source: ['ecr-oci-remediation'],
        'detail-type': ['Registry Audit Requested', 'Repository Audit Requested', 'Image Repair Requested'],
      },
      {
        account: ['123456789012'],
        region: ['eu-north-1'],
        source: ['ecr-oci-remediation'],
        'detail-type': ['Image Recompression Requested'],
      },
    ]);
    expect(sendersOf(template, 'Layers')).toEqual([ruleOf(template, 'RecompressionRule').arn]);
    expect(sendersOf(template, 'DeadLetters')).toContainEqual(ruleOf(template, 'RecompressionRule').arn);
    expect(ruleOf(template, 'RecompressionRule').properties.Targets).toMatchObject([
      { Arn: queueOf(template, 'Layers').arn, DeadLetterConfig: { Arn: queueOf(template, 'DeadLetters').arn } },
    ]);
  });

  test('its role may do this and nothing else', () => {
    const repositories = arn('ecr:eu-north-1:123456789012:repository/*');
    expect(documentOf(template, LAYERS)).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'ecr:BatchGetImage',
          'ecr:GetDownloadUrlForLayer',
          'ecr:DescribeImages',
          'ecr:ListTagsForResource',
          'ecr:GetLifecyclePolicy',
        ],
        Resource: repositories,
      },
      {
        Effect: 'Allow',
        Action: [
          'ecr:PutImage',
          'ecr:BatchCheckLayerAvailability',
          'ecr:InitiateLayerUpload',
          'ecr:UploadLayerPart',
          'ecr:CompleteLayerUpload',
        ],
        Resource: repositories,
        Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
      },
      {
        Effect: 'Deny',
        Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
        Resource: '*',
        Condition: { StringEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
      },
      {
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: arn('events:eu-north-1:123456789012:event-bus/default'),
        Condition: {
          StringEquals: { 'events:source': 'ecr-oci-remediation', 'events:detail-type': ['Image Remediation'] },
        },
      },
      {
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Resource: queueOf(template, 'Layers').arn,
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: only(template, 'AWS::Logs::LogGroup').arn,
      },
    ]);
    expect(Stack.of(remediation).resolve(remediation.minimalRecompressionPolicy.toJSON().Statement)).toEqual(
      documentOf(template, LAYERS),
    );
  });

  test('the other role may request recompressions, and still upload nothing', () => {
    const statements = JSON.stringify(documentOf(template, 'RemediationPolicy'));
    expect(statements).toContain('"Image Recompression Requested"');
    expect(statements).not.toMatch(/LayerUpload|LayerPart|LayerAvailability/);
    const usual = JSON.stringify(documentOf(templateOf(newRemediation()), 'RemediationPolicy'));
    expect(statements.replace(',"Image Recompression Requested"', '')).toBe(usual);
  });

  test('its reads are no pulls either', () => {
    const role = only(template, 'AWS::IAM::Role', LAYERS);
    expect(only(template, 'AWS::ECR::PullTimeUpdateExclusion', LAYERS).properties).toEqual({ PrincipalArn: role.arn });
    const { DependsOn } = template.findResources('AWS::Lambda::Function')[lambdaOf(template, LAYERS).id] ?? {};
    expect(DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(`^${LAYERS}P(olicy|ullTime)`)]));
  });

  test('has alarms and a row of the dashboard', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
    expect(alarms).toHaveLength(Object.values(RemediationAlarm).length);
    const about = (name: string) => alarms.find(({ AlarmDescription }) => AlarmDescription.includes(`#${name} `));
    expect(about('recompression-age')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 10_800,
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueOf(template, 'Layers').id, 'QueueName'] } }],
    });
    expect(about('recompression-errors')).toMatchObject({
      MetricName: 'Errors',
      Threshold: 1,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: lambdaOf(template, LAYERS).id } }],
    });
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toContain('Recompressed bytes');
  });
});

test('follows the props of the other function, and has those of its own', () => {
  const stack = newStack();
  const remediation = remediationIn(stack, {
    recompressLayers: true,
    maxRecompressedLayerSize: Size.gibibytes(1),
    alarmRecompressionAge: Duration.hours(1),
    architecture: Architecture.X86_64,
    tracing: Tracing.ACTIVE,
    vpc: new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }),
    encryptionKey: new kms.Key(stack, 'Key'),
    eventBus: new events.EventBus(stack, 'Bus'),
    repositories: [RepositoryFilter.named('team/app')],
    deleteOrphanedCompanions: true,
    excludeFromPullTimes: false,
    disabledAlarms: [RemediationAlarm.RECOMPRESSION_ERRORS],
  });
  const template = templateOf(remediation);
  const { properties } = lambdaOf(template, LAYERS);
  expect(properties).toMatchObject({ Architectures: ['x86_64'], TracingConfig: { Mode: 'Active' } });
  expect(properties.VpcConfig.SubnetIds).toEqual(lambdaOf(template, SERVICE).properties.VpcConfig.SubnetIds);
  expect(properties.Environment.Variables.MAX_RECOMPRESSED_LAYER_BYTES).toBe(`${1024 ** 3}`);
  const statements = JSON.stringify(documentOf(template, LAYERS));
  for (const action of ['kms:Decrypt', 'ec2:CreateNetworkInterface', 'xray:PutTraceSegments', 'ecr:BatchDeleteImage'])
    expect(statements).toContain(`"${action}"`);
  expect(statements).not.toContain('repository/*');
  expect(statements).toContain(JSON.stringify(only(template, 'AWS::Events::EventBus').arn));
  template.resourceCountIs('AWS::ECR::PullTimeUpdateExclusion', 0);
  expect(remediation.tryFindAlarm(RemediationAlarm.RECOMPRESSION_ERRORS)).toBeUndefined();
  expect(remediation.tryFindAlarm(RemediationAlarm.RECOMPRESSION_AGE)).toBeDefined();
});

test('a role of the caller gets the policy, and no other', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const template = templateOf(remediationIn(stack, { recompressLayers: true, recompressionRole: role }));
  const mine = only(template, 'AWS::IAM::Role', 'Mine');
  expect(lambdaOf(template, LAYERS).properties.Role).toEqual(mine.arn);
  expect(only(template, 'AWS::IAM::Policy', LAYERS).properties.Roles).toEqual([{ Ref: mine.id }]);
  expect(only(template, 'AWS::IAM::Policy', 'RemediationPolicy').properties.Roles).not.toEqual([{ Ref: mine.id }]);
});

test('someone who may request repairs may request recompressions', () => {
  const stack = newStack();
  const pipeline = new iam.Role(stack, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() });
  const remediation = remediationIn(stack, { recompressLayers: true });
  remediation.grantRequestRepair(pipeline);
  expect(JSON.stringify(documentOf(templateOf(remediation), 'Pipeline'))).toContain('Image Recompression Requested');
});

test('refuses a role without its function, and a limit of nothing', () => {
  const stack = newStack();
  const recompressionRole = iam.Role.fromRoleName(stack, 'Mine', 'mine');
  expect(() => remediationIn(stack, { recompressionRole })).toThrow(
    'Stack/Remediation has recompressionRole and no recompressLayers; expected recompressLayers: true',
  );
  expect(() => newRemediation({ recompressLayers: true, maxRecompressedLayerSize: Size.bytes(0) })).toThrow(
    'maxRecompressedLayerSize of Stack/Remediation is 0 bytes; expected a Size above 0',
  );
  expect(() => newRemediation({ alarmRecompressionAge: Duration.hours(0) })).toThrow('alarmRecompressionAge of Stack');
  const known = Size.bytes(Lazy.number({ produce: () => 3 }));
  expect(() => newRemediation({ recompressLayers: true, maxRecompressedLayerSize: known })).not.toThrow();
});
