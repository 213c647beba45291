import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { functionOf, newRemediation, newStack, only, queueOf, remediationIn, ruleOf, templateOf } from './support';

const mappingOf = (template: Template, queue: string) =>
  only(template, 'AWS::Lambda::EventSourceMapping', `Remediation${queue}`).properties;

describe('with no props', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(newRemediation());
  });

  test.each([
    ['Pushes', 90],
    ['Audits', 360],
  ])(
    '%s hides a message for %i seconds, longer than the function runs, and gives up after five attempts',
    (name, seconds) => {
      const queue = queueOf(template, name).properties;
      expect(queue.VisibilityTimeout).toBe(seconds);
      expect(queue.VisibilityTimeout).toBeGreaterThan(functionOf(template).properties.Timeout);
      expect(queue.RedrivePolicy).toEqual({
        deadLetterTargetArn: queueOf(template, 'DeadLetters').arn,
        maxReceiveCount: 5,
      });
    },
  );

  test.each([
    ['Pushes', ['PushRule']],
    ['Audits', ['AuditRule', 'AuditScheduleRule']],
    ['DeadLetters', ['PushRule', 'AuditRule', 'AuditScheduleRule']],
  ])('%s is encrypted, requires TLS, and takes messages only from %j', (name, rules) => {
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
        Condition: { ArnEquals: { 'aws:SourceArn': rules.map((id) => ruleOf(template, id).arn) } },
      },
    ]);
  });

  test('messages are kept for 14 days', () => {
    template.resourceCountIs('AWS::SQS::Queue', 3);
    template.allResourcesProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 });
  });

  test.each([
    ['Pushes', 10],
    ['Audits', 5],
  ])('%s are delivered %i at a time, to two executions at once, and only failed ones return', (name, size) => {
    expect(mappingOf(template, name)).toEqual({
      EventSourceArn: queueOf(template, name).arn,
      FunctionName: { Ref: functionOf(template).id },
      BatchSize: size,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('with an encryption key and more concurrency', () => {
  let template: Template;
  beforeAll(() => {
    const stack = newStack();
    template = templateOf(
      remediationIn(stack, {
        encryptionKey: new kms.Key(stack, 'Key'),
        maxConcurrency: 3,
        auditMaxConcurrency: 4,
      }),
    );
  });

  test('each queue has its own concurrency', () => {
    expect(['Pushes', 'Audits'].map((name) => mappingOf(template, name).ScalingConfig)).toEqual([
      { MaximumConcurrency: 3 },
      { MaximumConcurrency: 4 },
    ]);
  });

  test('the key encrypts queues and log, and EventBridge and CloudWatch Logs can use it', () => {
    const { arn: key, properties } = only(template, 'AWS::KMS::Key');
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: key });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
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
  });
});

test('an imported key brings a warning, because its policy cannot be changed here', () => {
  const stack = newStack();
  const key = 'arn:aws:kms:eu-north-1:123456789012:key/00000000-0000-0000-0000-000000000000';
  remediationIn(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', key) });
  Annotations.fromStack(stack).hasWarning('/Stack/Remediation', Match.stringLikeRegexp('let events.amazonaws.com'));
});
