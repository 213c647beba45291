import { RegistryRefusal } from '../../lambda/core/errors';
import { REFUSAL_REASONS, SKIP_REASONS } from '../../lambda/core/reasons';
import { NotProvided } from '../../lambda/custom-resource';
import { remedyOf } from '../../lambda/image-remedy';
import { readImageRequest } from '../../lambda/image-request';
import { provideImage } from '../../lambda/provide-image';
import { ADDRESS, captureLines, FakeServiceRegistry } from '../support/fake-service';
import { DOCKER, descriptor, OCI, ociImage } from '../support/manifests';

const lines = captureLines();
const PROPERTIES = {
  ServiceToken: 'arn',
  RepositoryArn: 'arn:aws:ecr:eu-north-1:123456789012:repository/team/app',
  Reference: 'v1',
  UncompressedLayers: 'refuse',
};
const request = (properties: object = {}) => ({
  RequestType: 'Create' as const,
  ResponseURL: '',
  StackId: '',
  RequestId: '',
  LogicalResourceId: '',
  ResourceProperties: { ...PROPERTIES, ...properties },
});

let registry: FakeServiceRegistry;
let waits: number[];
beforeEach(() => {
  registry = new FakeServiceRegistry();
  waits = [];
});
const provide = (properties: object = {}) =>
  provideImage(
    request(properties),
    ADDRESS,
    () => ({ registry }),
    async (ms) => {
      waits.push(ms);
    },
  );

test('an image is a resource: its id is the digest, and so the resource is replaced when that changes', async () => {
  registry.push(ociImage(), OCI.manifest, 'v1');
  const { id, attributes } = await provide({ CompanionTag: 'v1-dockerv2-image' });
  const digest = registry.tags.get('v1-dockerv2-image') ?? '';
  expect(id).toBe(`team/app@${digest}`);
  expect(attributes).toEqual({ DigestHex: digest.slice('sha256:'.length), MediaType: DOCKER.manifest });
  const message = 'image for a deployment';
  expect(lines.logs()).toEqual([
    expect.objectContaining({ level: 'INFO', message, kind: 'image', digest, registryCalls: 2 }),
  ]);
});

test('a refusal is two sentences: what is wrong, and what to do', async () => {
  registry.push(ociImage('app', { layers: [descriptor(OCI.zstd, 'z')] }), OCI.manifest, 'v1');
  const error = await provide().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotProvided);
  expect(String(error)).toBe(
    `NotProvided: team/app:v1 (zstd-layer): $.layers[0] is "${OCI.zstd}". Build it with gzip layers (--output type=image,compression=gzip,force-compression=true), or set recompressLayers: true on the DockerV2Image.`,
  );
  expect(waits).toEqual([]);
  expect(lines.logs()).toEqual([expect.objectContaining({ level: 'WARN', reason: 'zstd-layer' })]);
});

test('a refusal names a digest as image references do', async () => {
  const Reference = `sha256:${'0'.repeat(64)}`;
  await expect(provide({ Reference })).rejects.toThrow(`team/app@${Reference} (source-gone)`);
});

describe('a denial', () => {
  const deny = (times: number) => {
    let left = times;
    registry.before = (call) => {
      if (call.startsWith('readTags') && left-- > 0) throw new RegistryRefusal('access-denied', 'denied');
    };
  };

  test('is asked about again, because a permission of the same deployment takes effect later', async () => {
    registry.push(ociImage(), OCI.manifest, 'v1');
    deny(2);
    expect((await provide()).id).toContain('team/app@sha256:');
    expect(waits).toEqual([1_000, 2_000]);
  });

  test('that remains is final after half a minute', async () => {
    deny(Number.POSITIVE_INFINITY);
    await expect(provide()).rejects.toThrow("team/app:v1 (access-denied): denied. Let the repository's policy");
    expect(waits.reduce((sum, ms) => sum + ms)).toBe(30_000);
  });
});

test('every reason has a sentence', () => {
  for (const reason of [...Object.keys(SKIP_REASONS), ...Object.keys(REFUSAL_REASONS)])
    expect(remedyOf(reason as keyof typeof REFUSAL_REASONS)).toMatch(/^[A-Z].*\.$/);
});

describe('the properties', () => {
  const read = (properties: object = {}) => readImageRequest({ ...PROPERTIES, ...properties }, ADDRESS);

  test('are what the construct asks for', () => {
    const { wanted, policy } = read({
      CompanionTag: 'c',
      Platform: 'linux/arm64',
      UncompressedLayers: 'relabel',
      MaxRecompressedLayerBytes: '1024',
    });
    expect(wanted).toEqual({
      repository: 'team/app',
      reference: 'v1',
      companionTag: 'c',
      platform: { os: 'linux', architecture: 'arm64' },
    });
    expect(policy).toEqual({
      scope: { repositories: ['team/app'], excludedRepositories: [], excludedTags: [] },
      companionTag: { suffix: '-dockerv2-image' },
      companionFor: 'every-tag',
      platforms: [{ os: 'linux', architecture: 'arm64' }],
      uncompressedLayers: 'relabel',
      recompression: { maxLayerBytes: 1024 },
    });
    expect(read().policy.platforms).toEqual([{ os: 'linux', architecture: 'amd64' }]);
    expect(read().policy).not.toHaveProperty('recompression');
  });

  test.each([
    ['RepositoryArn', 'team/app', 'the property RepositoryArn is "team/app", expected the ARN of a repository'],
    ['Reference', '', 'the property Reference is "", expected text'],
    ['Reference', 5, 'the property Reference is 5, expected text'],
    ['Reference', undefined, 'the property Reference is undefined, expected text'],
    ['RepositoryArn', `an ${PROPERTIES.RepositoryArn}`, 'expected the ARN of a repository'],
    ['Platform', 'arm64', 'the property Platform is "arm64", expected os/architecture'],
    ['UncompressedLayers', 'x', 'the property UncompressedLayers is "x", expected refuse or relabel'],
    ['MaxRecompressedLayerBytes', '0', 'the property MaxRecompressedLayerBytes is "0", expected a number above 0'],
    ['MaxRecompressedLayerBytes', 'x', 'the property MaxRecompressedLayerBytes is "x", expected a number above 0'],
  ])('%s must not be %j', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message);
  });

  test.each([
    'arn:aws:ecr:eu-west-1:123456789012:repository/team/app',
    'arn:aws:ecr:eu-north-1:210987654321:repository/team/app',
  ])('name no repository elsewhere: %s', (arn) => {
    expect(() => read({ RepositoryArn: arn })).toThrow(
      'Copy the image to a repository of this account and Region first',
    );
  });
});
