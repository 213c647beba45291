import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import { Template } from '../../../local/cloudformation';
import { pick } from '../../../local/cloudformation/pick';
import { sendRefusal } from '../../../local/cloudformation/queues';
import { readAlarms, readLogGroups } from '../../support/monitoring';
import { PROBE, probeTemplate, templateOf } from '../../support/probe';

const ARN = 'arn:aws:sqs:eu-north-1:123456789012:';
const template = probeTemplate();

describe('views', () => {
  test('rules', () => {
    const [push] = template.rules;
    expect(push).toEqual({
      logicalId: 'PushRule3C',
      arn: 'arn:aws:events:eu-north-1:123456789012:rule/Probe-PushRule3C',
      busName: 'default',
      enabled: true,
      pattern: {
        source: ['aws.ecr', 'probe'],
        account: ['123456789012'],
        detail: { 'image-tag': [{ 'anything-but': { wildcard: ['*-dockerv2', ''] } }] },
      },
      targets: [
        {
          id: 'Target0',
          arn: `${ARN}Probe-Pushes2B`,
          deadLetterArn: `${ARN}Probe-RuleDeadLetters5E`,
        },
      ],
    });
    expect(template.rules.find(({ logicalId }) => logicalId === 'Disabled8B')?.enabled).toBe(false);
    expect(template.rules.find(({ logicalId }) => logicalId === 'Daily4D')).toMatchObject({
      schedule: 'rate(1 day)',
      targets: [{ input: '{"do":"succeed","why":"schedule"}' }],
    });
  });

  test.each(['InputPath', 'InputTransformer', 'SqsParameters'])('a target with %s is refused', (property) => {
    const Targets = [{ Id: 'T', Arn: 'arn', [property]: '$.detail' }];
    expect(() => templateOf({ R: { Type: 'AWS::Events::Rule', Properties: { Targets } } }).rules).toThrow(
      `$.Resources.R.Targets[0].${property}: not supported`,
    );
  });

  test('queues, with AWS defaults', () => {
    expect(template.queues.map(({ policy, ...queue }) => queue)).toEqual([
      {
        logicalId: 'PushesDeadLetters1A',
        name: 'Probe-PushesDeadLetters1A',
        arn: `${ARN}Probe-PushesDeadLetters1A`,
        visibilityTimeoutSeconds: 30,
        retentionSeconds: 1_209_600,
      },
      expect.objectContaining({
        logicalId: 'Pushes2B',
        visibilityTimeoutSeconds: 60,
        retentionSeconds: 345_600,
        redrive: { deadLetterArn: `${ARN}Probe-PushesDeadLetters1A`, maxReceiveCount: 3 },
      }),
      expect.objectContaining({ logicalId: 'RuleDeadLetters5E' }),
    ]);
  });

  test.each([
    ['FifoQueue', true],
    ['DelaySeconds', 5],
  ])('a queue with %s is refused', (property, value) => {
    const refused = templateOf({ Q: { Type: 'AWS::SQS::Queue', Properties: { [property]: value } } });
    expect(() => refused.queues).toThrow(`$.Resources.Q.Properties.${property}: not supported`);
  });

  test('a resource whose condition holds exists', () => {
    const fancy = probeTemplate({ Mode: 'fancy' });
    expect(template.queues.map(({ logicalId }) => logicalId)).not.toContain('FancyOnly');
    expect(fancy.queues.map(({ logicalId }) => logicalId)).toContain('FancyOnly');
    expect(fancy.functions[0]?.environment.MODE).toBe('fancy');
  });

  test('the function, its code and its role', () => {
    const [fn] = template.functions;
    expect(fn).toEqual({
      logicalId: 'Function2F',
      name: 'Probe-Function2F',
      arn: 'arn:aws:lambda:eu-north-1:123456789012:function:Probe-Function2F',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      environment: { MODE: 'plain', WHERE: 'eu-north-1/amazonaws.com' },
      timeoutSeconds: 20,
      memoryMegabytes: 128,
      code: { kind: 'directory', path: join(PROBE, 'asset.probe') },
      roleArn: 'arn:aws:iam::123456789012:role/Probe-Role9C',
      logGroupName: 'Probe-Logs1E',
    });
    expect(fn && template.managedPoliciesOf(fn)).toEqual(['arn:aws:iam::aws:policy/Probe']);
    expect(fn && template.statementsOf(fn)).toEqual([
      { effect: 'Allow', actions: ['logs:PutLogEvents'], resources: ['*'], conditions: {} },
      {
        effect: 'Allow',
        actions: ['ecr:PutImage', 'ecr:BatchGetImage'],
        resources: ['arn:aws:ecr:eu-north-1:123456789012:repository/team/*'],
        conditions: {},
      },
      {
        effect: 'Allow',
        actions: ['events:PutEvents'],
        resources: ['*'],
        conditions: { StringEquals: { 'events:source': ['probe'] } },
      },
    ]);
  });

  test('inline code and the defaults of a function', () => {
    const fn = { Handler: 'index.handler', Runtime: 'nodejs24.x', Role: 'arn', Code: { ZipFile: 'exports' } };
    expect(templateOf({ F: { Type: 'AWS::Lambda::Function', Properties: fn } }).functions[0]).toMatchObject({
      code: { kind: 'inline', source: 'exports' },
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      environment: {},
      logGroupName: '/aws/lambda/Probe-F',
    });
  });

  test('mappings, log groups, alarms', () => {
    expect(template.mappings).toEqual([
      {
        logicalId: 'Mapping3A',
        queueArn: `${ARN}Probe-Pushes2B`,
        functionName: 'Probe-Function2F',
        enabled: true,
        batchSize: 10,
        maximumConcurrency: 2,
        reportBatchItemFailures: true,
      },
    ]);
    expect(readLogGroups(template.resources)).toEqual([
      { logicalId: 'Logs1E', name: 'Probe-Logs1E', retentionDays: 30 },
    ]);
    expect(readAlarms(template.resources)).toEqual([
      expect.objectContaining({
        metric: {
          namespace: 'AWS/SQS',
          name: 'ApproximateNumberOfMessagesVisible',
          dimensions: { QueueName: 'Probe-PushesDeadLetters1A' },
        },
        threshold: 1,
        periodSeconds: 60,
        treatMissingData: 'notBreaching',
        actions: [],
      }),
    ]);
  });

  test.each<readonly [object, string]>([
    [{ ScalingConfig: { MaximumConcurrency: 1 } }, 'from 2 to 1000, got 1'],
    [{ BatchSize: 0 }, 'from 1 to 10, got 0'],
    [{ BatchSize: 11 }, 'from 1 to 10, got 11'],
    [{ MaximumBatchingWindowInSeconds: 1 }, 'MaximumBatchingWindowInSeconds: not supported'],
    [{ FilterCriteria: { Filters: [] } }, 'FilterCriteria: not supported'],
  ])('a mapping with %j is refused', (properties, message) => {
    const Properties = { EventSourceArn: 'q', FunctionName: 'f', ...properties };
    const refused = templateOf({ M: { Type: 'AWS::Lambda::EventSourceMapping', Properties } });
    expect(() => refused.mappings).toThrow(message);
  });

  test('what is not used does not have to be supported', () => {
    const odd = templateOf({
      Q: { Type: 'AWS::SQS::Queue' },
      A: { Type: 'AWS::CloudWatch::Alarm', Properties: { Threshold: { 'Fn::ImportValue': 'x' } } },
    });
    expect(odd.queues).toHaveLength(1);
    expect(() => readAlarms(odd.resources)).toThrow(
      '$.Resources.A.Properties.Threshold: the intrinsic function Fn::ImportValue',
    );
  });
});

describe('EventBridge may send to a queue', () => {
  const queue = pick('Pushes2B', 'queue', template.queues);
  const rule = (id: string) => `arn:aws:events:eu-north-1:123456789012:rule/Probe-${id}`;

  test('for a rule in its queue policy', () => {
    expect(sendRefusal(queue, rule('PushRule3C'), LOCAL_ACCOUNT.accountId)).toBeUndefined();
    expect(sendRefusal(queue, rule('NotAllowed6F'), LOCAL_ACCOUNT.accountId)).toContain(
      'events.amazonaws.com may not send to Pushes2B',
    );
  });

  test('unless the queue has no policy, or is encrypted with the AWS managed key', () => {
    expect(sendRefusal({ ...queue, policy: [] }, rule('PushRule3C'), LOCAL_ACCOUNT.accountId)).toContain('not-allowed');
    expect(sendRefusal({ ...queue, kmsKey: 'alias/aws/sqs' }, rule('PushRule3C'), LOCAL_ACCOUNT.accountId)).toContain(
      'AWS managed key',
    );
  });
});

describe('pick', () => {
  test('an exact name beats a part; a part must be the only one', () => {
    expect(pick('Pushes2B', 'queue', template.queues).logicalId).toBe('Pushes2B');
    expect(pick('deadletters1', 'queue', template.queues).logicalId).toBe('PushesDeadLetters1A');
    expect(() => pick('pushes', 'queue', template.queues)).toThrow(
      'more than one queue: PushesDeadLetters1A, Pushes2B',
    );
    expect(() => pick('audits', 'queue', template.queues)).toThrow(
      'there is no queue "audits"; expected one of: PushesDeadLetters1A',
    );
  });
});

describe('the assembly', () => {
  let directory = '';
  const write = (name: string, value: unknown) => writeFileSync(join(directory, name), JSON.stringify(value));
  const stack = (templateFile: string, stackName?: string) => ({
    type: 'aws:cloudformation:stack',
    properties: { templateFile, ...(stackName === undefined ? {} : { stackName }) },
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'assembly-'));
    write('a.json', { Resources: { A: { Type: 'AWS::SQS::Queue' } } });
    write('b.json', { Resources: { B: { Type: 'AWS::SQS::Queue' } } });
    write('manifest.json', {
      artifacts: { One: stack('a.json'), Two: stack('b.json', 'prod-two'), Tree: { type: 'cdk:tree' } },
    });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('one of several stacks, by id or by name', () => {
    expect(Template.read(directory, { ...LOCAL_ACCOUNT, stack: 'One' }).queues[0]?.name).toBe('One-A');
    expect(Template.read(directory, { ...LOCAL_ACCOUNT, stack: 'Two' }).queues[0]?.name).toBe('prod-two-B');
    expect(Template.read(directory, { ...LOCAL_ACCOUNT, stack: 'prod-two' }).stackName).toBe('prod-two');
    expect(() => Template.read(directory, LOCAL_ACCOUNT)).toThrow(
      'expected one stack, got: One, Two; choose one with --stack',
    );
    expect(() => Template.read(directory, { ...LOCAL_ACCOUNT, stack: 'Three' })).toThrow(
      'no stack "Three"; expected one of: One, Two',
    );
  });

  test('a plain template file has no assets', () => {
    expect(Template.read(join(directory, 'a.json'), LOCAL_ACCOUNT).queues[0]?.name).toBe('a-A');
    write('f.json', {
      Resources: {
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { Handler: 'h', Runtime: 'r', Role: 'x', Code: { S3Key: 'k' } },
        },
      },
    });
    expect(() => Template.read(join(directory, 'f.json'), LOCAL_ACCOUNT).functions).toThrow(
      'a plain template has no assets',
    );
  });

  test('a missing assembly says what to do', () => {
    expect(() => Template.read(join(directory, 'none'), LOCAL_ACCOUNT)).toThrow('npx cdk synth');
  });

  test('an unknown asset is named', () => {
    const fn = { Handler: 'h', Runtime: 'r', Role: 'x', Code: { S3Key: 'unknown.zip' } };
    write('a.json', { Resources: { F: { Type: 'AWS::Lambda::Function', Properties: fn } } });
    expect(() => Template.read(directory, { ...LOCAL_ACCOUNT, stack: 'One' }).functions).toThrow(
      'no asset with S3 key "unknown.zip"',
    );
  });
});
