import { RemovalPolicy } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CompanionFor, CompanionTag, ImagePlatform, RepositoryFilter, UncompressedLayers } from '../../lib';
import { handlerCode } from '../../lib/private/handler-code';
import { functionOf, newRemediation, newStack, only, remediationIn, templateOf } from './support';

const environmentOf = (template: Template) => functionOf(template).properties.Environment.Variables;

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

  test('the environment has every default', () => {
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

  test('the log is kept for 90 days, and when the stack is deleted', () => {
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain', Properties: { RetentionInDays: 90 } });
  });
});

describe('with props', () => {
  let template: Template;
  beforeAll(() => {
    const stack = newStack();
    template = templateOf(
      remediationIn(stack, {
        repositories: [
          RepositoryFilter.of(new ecr.Repository(stack, 'Images')),
          RepositoryFilter.named('team/app'),
          RepositoryFilter.matching('ml/*'),
        ],
        companionTag: CompanionTag.suffix('_v2s2'),
        platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.LINUX_AMD64, ImagePlatform.of('linux/arm/v7')],
        companionFor: CompanionFor.EVERY_TAG,
        uncompressedLayers: UncompressedLayers.RELABEL,
        excludedTags: ['pr-*', 'cache'],
        deleteOrphanedCompanions: true,
        auditPutImagesPerSecond: 0.25,
        putImagesPerSecond: 0.5,
        logRetention: RetentionDays.ONE_YEAR,
        logRemovalPolicy: RemovalPolicy.DESTROY,
        eventBus: events.EventBus.fromEventBusName(stack, 'Bus', 'outcomes'),
      }),
    );
  });

  test('the environment has every decision', () => {
    expect(environmentOf(template)).toEqual({
      COMPANION_TAG_SUFFIX: '_v2s2',
      PLATFORMS: 'linux/arm64,linux/amd64,linux/arm/v7',
      COMPANION_FOR: 'every-tag',
      UNCOMPRESSED_LAYERS: 'relabel',
      REPOSITORIES: { 'Fn::Join': ['', [{ Ref: only(template, 'AWS::ECR::Repository').id }, ',team/app,ml/*']] },
      EXCLUDED_TAGS: 'pr-*,cache',
      DELETE_ORPHANED_COMPANIONS: 'true',
      PUT_IMAGES_PER_SECOND: '0.5',
      AUDIT_PUT_IMAGES_PER_SECOND: '0.25',
      EVENT_BUS_NAME: 'outcomes',
    });
  });

  test('the log is kept and removed as chosen', () => {
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete', Properties: { RetentionInDays: 365 } });
  });
});

describe('with a prefix and a bus of another account', () => {
  let template: Template;
  const central = 'arn:aws:events:eu-north-1:210987654321:event-bus/central';
  beforeAll(() => {
    const stack = newStack();
    template = templateOf(
      remediationIn(stack, {
        companionTag: CompanionTag.prefix('dockerv2-'),
        eventBus: events.EventBus.fromEventBusArn(stack, 'Central', central),
      }),
    );
  });

  test('the prefix takes the place of the suffix', () => {
    expect(environmentOf(template)).toMatchObject({ COMPANION_TAG_PREFIX: 'dockerv2-' });
    expect(environmentOf(template)).not.toHaveProperty('COMPANION_TAG_SUFFIX');
  });

  test('the bus is named by its ARN, as PutEvents requires there', () => {
    expect(environmentOf(template)).toMatchObject({ EVENT_BUS_NAME: central });
  });
});

test('refuses an environment of more than 4096 characters', () => {
  const excludedTags = Array.from({ length: 40 }, (_, index) => `${index}-${'a'.repeat(100)}*`);
  expect(() => newRemediation({ excludedTags })).toThrow(
    /^repositories and excludedTags of Stack\/Remediation make an environment of \d{4} characters; expected at most 4096/,
  );
});

test('refuses to synthesize without the bundled function', () => {
  expect(() => handlerCode(__dirname)).toThrow(/index.js does not exist; run 'npm run build'$/);
});
