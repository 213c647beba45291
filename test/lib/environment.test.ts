import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { readConfiguration } from '../../lambda/configuration';
import { REPOSITORY_SETTINGS } from '../../lambda/core/contract';
import {
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  type OciImageRemediationProps,
  RepositoryFilter,
  RepositorySetting,
  UncompressedLayers,
} from '../../lib';
import { functionOf, newApp, newRemediation, newStack, only, remediationIn, templateOf } from './support';

const environmentOf = (template: Template) => functionOf(template).properties.Environment.Variables;

test('with no props, the environment has every default', () => {
  expect(environmentOf(templateOf(newRemediation()))).toEqual({
    ACCOUNT_ID: '123456789012',
    PARTITION: { Ref: 'AWS::Partition' },
    URL_SUFFIX: { Ref: 'AWS::URLSuffix' },
    COMPANION_TAG_SUFFIX: '-dockerv2',
    PLATFORMS: 'linux/amd64',
    COMPANION_FOR: 'oci-images',
    UNCOMPRESSED_LAYERS: 'refuse',
    REPOSITORIES: '*',
    EXCLUDED_REPOSITORIES: '',
    EXCLUDED_TAGS: '',
    PUT_IMAGES_PER_SECOND: '2',
    AUDIT_PUT_IMAGES_PER_SECOND: '0.5',
    AUDIT_WINDOW_DAYS: '7',
    EVENT_BUS_NAME: 'default',
  });
});

test('with props, the environment has every decision', () => {
  const stack = newStack();
  const template = templateOf(
    remediationIn(stack, {
      repositories: [
        RepositoryFilter.of(new ecr.Repository(stack, 'Images')),
        RepositoryFilter.named('team/app'),
        RepositoryFilter.matching('ml/*'),
      ],
      excludedRepositories: [RepositoryFilter.named('ml/scratch'), RepositoryFilter.matching('ml/tmp-*')],
      companionTag: CompanionTag.suffix('_v2s2'),
      platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.LINUX_AMD64],
      companionFor: CompanionFor.EVERY_TAG,
      uncompressedLayers: UncompressedLayers.RELABEL,
      excludedTags: ['pr-*', 'cache'],
      deleteOrphanedCompanions: true,
      auditPutImagesPerSecond: 0.25,
      auditWindow: Duration.days(30),
      putImagesPerSecond: 0.5,
      eventBus: events.EventBus.fromEventBusName(stack, 'Bus', 'outcomes'),
    }),
  );
  expect(environmentOf(template)).toEqual({
    ACCOUNT_ID: '123456789012',
    PARTITION: { Ref: 'AWS::Partition' },
    URL_SUFFIX: { Ref: 'AWS::URLSuffix' },
    COMPANION_TAG_SUFFIX: '_v2s2',
    PLATFORMS: 'linux/arm64,linux/amd64',
    COMPANION_FOR: 'every-tag',
    UNCOMPRESSED_LAYERS: 'relabel',
    REPOSITORIES: { 'Fn::Join': ['', [{ Ref: only(template, 'AWS::ECR::Repository').id }, ',team/app,ml/*']] },
    EXCLUDED_REPOSITORIES: 'ml/scratch,ml/tmp-*',
    EXCLUDED_TAGS: 'pr-*,cache',
    DELETE_ORPHANED_COMPANIONS: 'true',
    PUT_IMAGES_PER_SECOND: '0.5',
    AUDIT_PUT_IMAGES_PER_SECOND: '0.25',
    AUDIT_WINDOW_DAYS: '30',
    EVENT_BUS_NAME: 'outcomes',
  });
});

test('the function reads what the construct writes, and the account is one that only the deployment knows', () => {
  const variables = environmentOf(templateOf(remediationIn(new Stack(newApp(), 'Stack'))));
  expect(variables).toMatchObject({ ACCOUNT_ID: { Ref: 'AWS::AccountId' } });
  const deployed = {
    ...variables,
    ACCOUNT_ID: '123456789012',
    PARTITION: 'aws-eusc',
    URL_SUFFIX: 'amazonaws.eu',
    AWS_REGION: 'eusc-de-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'remediation',
  };
  expect(readConfiguration(deployed)).toMatchObject({
    address: {
      account: '123456789012',
      region: 'eusc-de-east-1',
      partition: 'aws-eusc',
      urlSuffix: 'amazonaws.eu',
    },
    auditWindowDays: 7,
    policy: { scope: { repositories: ['*'], excludedRepositories: [], excludedTags: [] } },
  });
});

test('a rate and a window that only the deployment knows stay references', () => {
  const later = Lazy.number({ produce: () => 3 });
  const template = templateOf(newRemediation({ putImagesPerSecond: later, auditWindow: Duration.days(later) }));
  expect(environmentOf(template)).toMatchObject({ PUT_IMAGES_PER_SECOND: '3', AUDIT_WINDOW_DAYS: '3' });
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

test('refuses a bus of another Region', () => {
  const stack = newStack();
  const eventBus = events.EventBus.fromEventBusArn(
    stack,
    'Bus',
    'arn:aws:events:us-east-1:123456789012:event-bus/central',
  );
  expect(() => remediationIn(stack, { eventBus })).toThrow(
    'eventBus of Stack/Remediation is in us-east-1; expected a bus in eu-north-1, from which a rule can forward',
  );
});

test('refuses an environment of more than 4096 characters', () => {
  const excludedTags = Array.from({ length: 40 }, (_, index) => `${index}-${'a'.repeat(100)}*`);
  expect(() => newRemediation({ excludedTags })).toThrow(
    /^repositories, excludedRepositories and excludedTags of Stack\/Remediation make an environment of \d{4} characters; expected at most 4096/,
  );
});

describe('what repositories choose', () => {
  const { PLATFORMS, COMPANION_FOR, RECOMPRESS_LAYERS } = RepositorySetting;
  const environment = (props: OciImageRemediationProps) =>
    only(templateOf(newRemediation(props)), 'AWS::Lambda::Function', 'RemediationFunction').properties.Environment
      .Variables;

  test('is named, and nothing else changes', () => {
    expect(environment({ repositorySettings: [PLATFORMS, COMPANION_FOR] })).toEqual({
      ...environment({}),
      REPOSITORY_SETTINGS: 'platforms,companion-for',
    });
  });

  test('can be recompression, which others get only if all do', () => {
    const chosen = { MAX_RECOMPRESSED_LAYER_BYTES: `${20 * 1024 ** 3}`, REPOSITORY_SETTINGS: 'recompress-layers' };
    expect(environment({ repositorySettings: [RECOMPRESS_LAYERS] })).toMatchObject({
      ...chosen,
      RECOMPRESS_BY_TAG_ONLY: 'true',
    });
    const always = environment({ repositorySettings: [RECOMPRESS_LAYERS], recompressLayers: true });
    expect(always).toMatchObject(chosen);
    expect(always).not.toHaveProperty('RECOMPRESS_BY_TAG_ONLY');
  });

  test('has the names that the function knows', () => {
    expect(Object.values(RepositorySetting)).toEqual(REPOSITORY_SETTINGS);
  });
});
