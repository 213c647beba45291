import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
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

  test('the log is kept for 90 days, and when the stack is deleted', () => {
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', Properties: { RetentionInDays: 90 } });
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

test('the log is kept and removed as chosen', () => {
  const template = templateOf(
    newRemediation({ logRetention: RetentionDays.ONE_YEAR, logRemovalPolicy: RemovalPolicy.DESTROY }),
  );
  template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete', Properties: { RetentionInDays: 365 } });
});

test('refuses to synthesize without the bundled function', () => {
  expect(() => handlerCode(__dirname)).toThrow(/index.js does not exist; run 'npm run build'$/);
});
