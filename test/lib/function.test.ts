import { RemovalPolicy } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { handlerCode } from '../../lib/private/handler-code';
import { functionOf, newRemediation, only, templateOf } from './support';

describe('with no props', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(newRemediation());
  });

  test('the function runs on Node.js 24 and arm64 and logs JSON', () => {
    expect(functionOf(template).properties).toMatchObject({
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
  });

  test('the log is kept for 90 days, and when the stack is deleted', () => {
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', Properties: { RetentionInDays: 90 } });
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
