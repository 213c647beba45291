import { readConfiguration } from '../../lambda/configuration';

const environment = {
  COMPANION_TAG_SUFFIX: '-dockerv2',
  PLATFORMS: 'linux/amd64,linux/arm64/v8',
  COMPANION_FOR: 'oci-images',
  UNCOMPRESSED_LAYERS: 'refuse',
  EVENT_BUS_NAME: 'default',
  PUT_IMAGES_PER_SECOND: '2',
  AUDIT_PUT_IMAGES_PER_SECOND: '0.5',
  REPOSITORIES: 'team/*,ml/app',
  ACCOUNT_ID: '123456789012',
  AWS_REGION: 'eu-north-1',
  PARTITION: 'aws',
  URL_SUFFIX: 'amazonaws.com',
  AUDIT_WINDOW_DAYS: '7',
  AWS_LAMBDA_FUNCTION_NAME: 'remediate',
};

test('reads what the construct sets', () => {
  expect(readConfiguration(environment)).toEqual({
    address: { account: '123456789012', region: 'eu-north-1', partition: 'aws', urlSuffix: 'amazonaws.com' },
    auditWindowDays: 7,
    policy: {
      companionTag: { suffix: '-dockerv2' },
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
      companionFor: 'oci-images',
      uncompressedLayers: 'refuse',
      deleteOrphanedCompanions: false,
      scope: { repositories: ['team/*', 'ml/app'], excludedRepositories: [], excludedTags: [] },
    },
    eventBusName: 'default',
    putImagesPerSecond: 2,
    auditPutImagesPerSecond: 0.5,
    functionName: 'remediate',
  });
  expect(
    readConfiguration({ ...environment, COMPANION_TAG_SUFFIX: '', COMPANION_TAG_PREFIX: 'dockerv2-' }).policy
      .companionTag,
  ).toEqual({ prefix: 'dockerv2-' });
});

test('lists may have spaces and empty items, as a person may type them', () => {
  const { policy } = readConfiguration({ ...environment, PLATFORMS: ' linux/arm64 ', EXCLUDED_TAGS: 'pr-*, ,dev' });
  expect(policy.platforms).toEqual([{ os: 'linux', architecture: 'arm64' }]);
  expect(policy.scope.excludedTags).toEqual(['pr-*', 'dev']);
});

test('deletes nothing unless told so in as many words', () => {
  const told = ['true', 'yes', ''].map(
    (DELETE_ORPHANED_COMPANIONS) =>
      readConfiguration({ ...environment, DELETE_ORPHANED_COMPANIONS }).policy.deleteOrphanedCompanions,
  );
  expect(told).toEqual([true, false, false]);
});

test.each<[object, string]>([
  [
    { COMPANION_TAG_SUFFIX: undefined },
    'exactly one of the environment variables COMPANION_TAG_SUFFIX and COMPANION_TAG_PREFIX must be set',
  ],
  [
    { COMPANION_TAG_PREFIX: 'dockerv2-' },
    'exactly one of the environment variables COMPANION_TAG_SUFFIX and COMPANION_TAG_PREFIX must be set',
  ],
  [
    { COMPANION_TAG_SUFFIX: undefined, COMPANION_TAG_PREFIX: '' },
    'exactly one of the environment variables COMPANION_TAG_SUFFIX and COMPANION_TAG_PREFIX must be set',
  ],
  [{ PLATFORMS: undefined }, 'environment variable PLATFORMS is not set'],
  [
    { PLATFORMS: 'linux/amd64,linux' },
    "environment variable PLATFORMS has 'linux', expected os/architecture or os/architecture/variant",
  ],
  [{ COMPANION_FOR: 'all' }, "environment variable COMPANION_FOR is 'all', expected one of oci-images, every-tag"],
  [{ UNCOMPRESSED_LAYERS: '' }, 'environment variable UNCOMPRESSED_LAYERS is not set'],
  [{ EVENT_BUS_NAME: undefined }, 'environment variable EVENT_BUS_NAME is not set'],
  [{ ACCOUNT_ID: undefined }, 'environment variable ACCOUNT_ID is not set'],
  [{ AWS_REGION: undefined }, 'environment variable AWS_REGION is not set'],
  [{ PARTITION: undefined }, 'environment variable PARTITION is not set'],
  [{ URL_SUFFIX: undefined }, 'environment variable URL_SUFFIX is not set'],
  [{ AUDIT_WINDOW_DAYS: '-1' }, "environment variable AUDIT_WINDOW_DAYS is '-1', expected a number above 0"],
  [{ REPOSITORIES: undefined }, 'environment variable REPOSITORIES is not set'],
  [{ AUDIT_PUT_IMAGES_PER_SECOND: undefined }, 'environment variable AUDIT_PUT_IMAGES_PER_SECOND is not set'],
  [{ PUT_IMAGES_PER_SECOND: undefined }, 'environment variable PUT_IMAGES_PER_SECOND is not set'],
  [{ PUT_IMAGES_PER_SECOND: '0' }, "environment variable PUT_IMAGES_PER_SECOND is '0', expected a number above 0"],
  [
    { PUT_IMAGES_PER_SECOND: 'fast' },
    "environment variable PUT_IMAGES_PER_SECOND is 'fast', expected a number above 0",
  ],
  [
    { PUT_IMAGES_PER_SECOND: 'Infinity' },
    "environment variable PUT_IMAGES_PER_SECOND is 'Infinity', expected a number above 0",
  ],
  [{ AWS_LAMBDA_FUNCTION_NAME: undefined }, 'environment variable AWS_LAMBDA_FUNCTION_NAME is not set'],
])('names the variable that is wrong: %j', (change, message) => {
  expect(() => readConfiguration({ ...environment, ...change })).toThrow(message);
});

test('layers are recompressed only with a limit, which also turns it on', () => {
  expect(readConfiguration(environment).policy).not.toHaveProperty('recompression');
  const { policy } = readConfiguration({ ...environment, MAX_RECOMPRESSED_LAYER_BYTES: '1000' });
  expect(policy.recompression).toEqual({ maxLayerBytes: 1_000 });
  expect(() => readConfiguration({ ...environment, MAX_RECOMPRESSED_LAYER_BYTES: 'all' })).toThrow(
    "environment variable MAX_RECOMPRESSED_LAYER_BYTES is 'all', expected a number above 0",
  );
});

test('a second function counts under the name of the first', () => {
  expect(readConfiguration({ ...environment, METRIC_FUNCTION_NAME: 'first' }).functionName).toBe('first');
});

test('repositories choose what the construct lets them', () => {
  expect(readConfiguration(environment).policy).not.toHaveProperty('choices');
  const choosing = { ...environment, REPOSITORY_SETTINGS: 'platforms,recompress-layers' };
  const allowed = ['platforms', 'recompress-layers'];
  expect(readConfiguration(choosing).policy.choices).toEqual({ allowed });
  const recompression = { maxLayerBytes: 1_000 };
  const always = { ...choosing, MAX_RECOMPRESSED_LAYER_BYTES: '1000' };
  expect(readConfiguration(always).policy).toMatchObject({ recompression, choices: { allowed, recompression } });
  const { policy } = readConfiguration({ ...always, RECOMPRESS_BY_TAG_ONLY: 'true' });
  expect(policy).not.toHaveProperty('recompression');
  expect(policy.choices).toEqual({ allowed, recompression });
  expect(() => readConfiguration({ ...environment, REPOSITORY_SETTINGS: 'platforms,all' })).toThrow(
    "environment variable REPOSITORY_SETTINGS is 'all', expected one of platforms, companion-for, recompress-layers",
  );
});
