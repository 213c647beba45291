import type { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { handlerCode } from '../../lib/private/handler-code';
import { functionOf, newRemediation, newStack, only, remediationIn, templateOf } from './support';

describe('with no props', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(newRemediation());
  });

  test('the function runs on Node.js 24 and arm64 and logs JSON', () => {
    expect(functionOf(template).properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 60,
      Handler: 'index.handler',
      RecursiveLoop: 'Allow',
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        LogGroup: { Ref: only(template, 'AWS::Logs::LogGroup').id },
      },
    });
  });

  test('it uses what the account has: no VPC, no reserved concurrency, no tracing', () => {
    const { properties } = functionOf(template);
    expect(Object.keys(properties)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/VpcConfig|ReservedConcurrentExecutions|TracingConfig/)]),
    );
  });

  test('the log is kept for 90 days, and when the stack is deleted, but not when its first deployment fails', () => {
    template.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { RetentionInDays: 90 },
    });
  });
});

test('it runs as chosen', () => {
  const template = templateOf(
    newRemediation({
      architecture: lambda.Architecture.X86_64,
      memorySize: 1024,
      reservedConcurrentExecutions: 4,
      tracing: lambda.Tracing.ACTIVE,
    }),
  );
  expect(functionOf(template).properties).toMatchObject({
    Architectures: ['x86_64'],
    MemorySize: 1024,
    ReservedConcurrentExecutions: 4,
    TracingConfig: { Mode: 'Active' },
  });
});

describe('in a VPC', () => {
  const vpcIn = (stack: Stack) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });

  test('the function is in private subnets, with a security group of its own', () => {
    const stack = newStack();
    const vpc = vpcIn(stack);
    const remediation = remediationIn(stack, { vpc });
    const template = templateOf(remediation);
    const groups = template.findResources('AWS::EC2::SecurityGroup');
    expect(functionOf(template).properties.VpcConfig).toEqual({
      SubnetIds: vpc.privateSubnets.map(({ subnetId }) => stack.resolve(subnetId)),
      SecurityGroupIds: Object.keys(groups).map((id) => ({ 'Fn::GetAtt': [id, 'GroupId'] })),
    });
    expect(remediation.handler.connections.securityGroups).toHaveLength(1);
  });

  test('the function is in the subnets and security groups that are chosen', () => {
    const stack = newStack();
    const vpc = vpcIn(stack);
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc });
    const template = templateOf(
      remediationIn(stack, { vpc, vpcSubnets: { subnets: vpc.privateSubnets }, securityGroups: [group] }),
    );
    expect(functionOf(template).properties.VpcConfig.SecurityGroupIds).toEqual([stack.resolve(group.securityGroupId)]);
  });
});

test('the log goes to the log group that is chosen', () => {
  const stack = newStack();
  const logGroup = new logs.LogGroup(stack, 'Mine', { retention: logs.RetentionDays.ONE_YEAR });
  const remediation = remediationIn(stack, { logGroup, encryptionKey: new kms.Key(stack, 'Key') });
  const template = templateOf(remediation);
  const { id, properties } = only(template, 'AWS::Logs::LogGroup');
  expect(properties).toEqual({ RetentionInDays: 365 });
  expect(functionOf(template).properties.LoggingConfig.LogGroup).toEqual({ Ref: id });
  expect(remediation.logGroup).toBe(logGroup);
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain(
    JSON.stringify({ 'Fn::GetAtt': [id, 'Arn'] }),
  );
  expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).not.toContain('logs.eu-north-1');
});

test('refuses to synthesize without the bundled function', () => {
  expect(() => handlerCode('remediate', __dirname)).toThrow(/index.js does not exist; run 'npm run build'$/);
});
