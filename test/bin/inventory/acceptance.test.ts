import { acceptanceOf, acceptedBy, type ImageToAccept, withPlatformsFor } from '../../../bin/inventory/acceptance';
import { CONSUMER_IDS, CONSUMERS } from '../../../bin/inventory/consumers';
import { findingsOf } from '../../../bin/inventory/findings';
import { readManifest } from '../../../lambda/core/manifest/manifest';
import { bytesOf, DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../support/manifests';
import { DEFAULT_POLICY } from '../../support/policy';

const imageOf = (manifest: { mediaType?: string }, mediaType = manifest.mediaType ?? ''): ImageToAccept => ({
  mediaType,
  manifest: readManifest(bytesOf(manifest), mediaType),
});
const verdicts = (subject: ImageToAccept) =>
  [acceptanceOf('sagemaker', subject), acceptanceOf('lambda', subject)].map(({ verdict }) => verdict);
const layers = (...types: string[]) => ({ layers: types.map((type, at) => descriptor(type, `layer-${at}`)) });
const ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
const CACHE = 'application/vnd.buildkit.cacheconfig.v0';
const children = [descriptor(OCI.manifest, 'child', platform('amd64'))];

test.each<[string, ImageToAccept, sageMaker: string, lambda: string]>([
  ['an OCI manifest', imageOf(ociImage()), 'refused', 'accepted'],
  ['an OCI manifest with plain tar layers', imageOf(ociImage('app', layers(OCI.tar))), 'refused', 'accepted'],
  ['an OCI manifest with zstd layers', imageOf(ociImage('app', layers(OCI.gzip, OCI.zstd))), 'refused', 'refused'],
  ['an OCI manifest with foreign layers', imageOf(ociImage('app', layers(OCI.foreignGzip))), 'refused', 'unknown'],
  ['kaniko, OCI around Docker types', imageOf(ociImage('app', layers(DOCKER.gzip))), 'refused', 'unknown'],
  ['an OCI index', imageOf(index(children)), 'refused', 'refused'],
  ['a Docker list', imageOf(index(children, { mediaType: DOCKER.list })), 'unknown', 'refused'],
  ['a Docker manifest', imageOf(dockerImage()), 'accepted', 'accepted'],
  ['a Docker manifest with plain tar layers', imageOf(dockerImage('app', layers(DOCKER.tar))), 'unknown', 'refused'],
  ['a Docker manifest with zstd layers', imageOf(dockerImage('app', layers(ZSTD))), 'unknown', 'refused'],
  ['a Docker manifest with OCI layers', imageOf(dockerImage('app', layers(OCI.gzip))), 'unknown', 'unknown'],
  [
    'a chart',
    imageOf(ociImage('app', { config: descriptor('application/vnd.cncf.helm.config.v1+json', 'c') })),
    'refused',
    'refused',
  ],
  [
    'a cache',
    imageOf(index([descriptor(DOCKER.gzip, 'l'), descriptor(CACHE, 'c')], { mediaType: DOCKER.list })),
    'refused',
    'refused',
  ],
  ['an ambiguous OCI manifest', imageOf(ociImage('app', { manifests: [] })), 'refused', 'unknown'],
  ['an ambiguous Docker manifest', imageOf(dockerImage('app', { manifests: [] })), 'unknown', 'unknown'],
  ['a listed OCI manifest, unread', { mediaType: OCI.manifest }, 'refused', 'accepted'],
  ['a listed OCI index, unread', { mediaType: OCI.index }, 'refused', 'refused'],
  ['a listed Docker list, unread', { mediaType: DOCKER.list }, 'unknown', 'refused'],
  ['a listed Docker manifest, unread', { mediaType: DOCKER.manifest }, 'accepted', 'accepted'],
])('%s', (_, subject, sageMaker, lambda) => {
  expect(verdicts(subject)).toEqual([sageMaker, lambda]);
});

test('a URI of more than 255 characters is too long for SageMaker alone', () => {
  const uri = (length: number) => 'r'.repeat(length);
  expect(verdicts({ ...imageOf(dockerImage()), uri: uri(255) })).toEqual(['accepted', 'accepted']);
  expect(verdicts({ ...imageOf(dockerImage()), uri: uri(256) })).toEqual(['refused', 'accepted']);
});

test('more than 10 GB of layers are too many for Lambda alone', () => {
  const huge = { layers: [{ ...descriptor(DOCKER.gzip, 'huge'), size: 11 * 1024 ** 3 }] };
  expect(verdicts(imageOf(dockerImage('app', huge)))).toEqual(['accepted', 'refused']);
});

const ARM64 = ['linux/arm64'];
const AMD64 = ['linux/amd64'];

test.each<[string, ImageToAccept, training: string, agentCore: string, scanning: string]>([
  ['an OCI manifest', { ...imageOf(ociImage()), platforms: ARM64 }, 'accepted', 'unknown', 'accepted'],
  ['an OCI manifest of amd64', { ...imageOf(ociImage()), platforms: AMD64 }, 'accepted', 'refused', 'accepted'],
  ['a Docker manifest', { ...imageOf(dockerImage()), platforms: ARM64 }, 'accepted', 'accepted', 'accepted'],
  ['a Docker manifest of amd64', { ...imageOf(dockerImage()), platforms: AMD64 }, 'accepted', 'refused', 'accepted'],
  ['a Docker manifest of an unknown platform', imageOf(dockerImage()), 'accepted', 'unknown', 'accepted'],
  [
    'an OCI index of both',
    { ...imageOf(index(children)), platforms: [...AMD64, ...ARM64] },
    'accepted',
    'unknown',
    'refused',
  ],
  ['an OCI index without arm64', { ...imageOf(index(children)), platforms: AMD64 }, 'accepted', 'refused', 'refused'],
  [
    'an OCI index that hides a platform',
    { ...imageOf(index(children)), platforms: [...AMD64, 'unknown'] },
    'accepted',
    'unknown',
    'refused',
  ],
  [
    'a Docker list',
    { ...imageOf(index(children, { mediaType: DOCKER.list })), platforms: ARM64 },
    'unknown',
    'unknown',
    'unknown',
  ],
  ['zstd layers', { ...imageOf(ociImage('app', layers(OCI.zstd))), platforms: ARM64 }, 'unknown', 'unknown', 'unknown'],
])('%s, for SageMaker training, AgentCore and ECR scanning', (_, subject, ...expected) => {
  const { 'sagemaker-training': training, agentcore, 'ecr-scan': scanning } = acceptedBy(subject);
  expect([training, agentcore, scanning].map(({ verdict }) => verdict)).toEqual(expected);
});

test('a verdict names the page that it rests on, and its date', () => {
  expect(acceptanceOf('lambda', imageOf(index(children)))).toEqual({
    verdict: 'refused',
    why: 'it refuses OCI indexes',
    evidence: 'https://github.com/aws/aws-lambda-roadmap/issues/82',
    dated: '2025-12-13',
  });
  expect(acceptanceOf('agentcore', { ...imageOf(dockerImage()), platforms: AMD64 })).toMatchObject({
    why: 'it takes linux/arm64 only, and this is linux/amd64',
    evidence: CONSUMERS.agentcore.onlyPlatform?.evidence.url,
  });
  expect(acceptanceOf('sagemaker', imageOf(dockerImage()))).toMatchObject({
    evidence: expect.stringMatching(/^https/),
  });
  expect(acceptanceOf('sagemaker', { mediaType: DOCKER.list })).not.toHaveProperty('evidence');
});

test.each(CONSUMER_IDS)('all that is known about %s has a page and a date', (consumer) => {
  const findings = findingsOf(consumer);
  expect(findings.length).toBeGreaterThan(0);
  for (const { evidence } of findings) {
    expect(evidence.url).toMatch(/^https:\/\/\S+$/);
    expect(new Date(evidence.date).toISOString()).toBe(`${evidence.date}T00:00:00.000Z`);
  }
  const { accepts, refuses } = CONSUMERS[consumer];
  expect(Object.keys(accepts).filter((trait) => trait in refuses)).toEqual([]);
});

test('the platform that a service needs comes last, once, and only for that service', () => {
  const arm64 = { os: 'linux', architecture: 'arm64' };
  expect(withPlatformsFor(DEFAULT_POLICY, ['sagemaker', 'lambda'])).toEqual(DEFAULT_POLICY);
  const policy = withPlatformsFor(DEFAULT_POLICY, ['agentcore', 'lambda']);
  expect(policy.platforms).toEqual([...DEFAULT_POLICY.platforms, arm64]);
  expect(withPlatformsFor(policy, ['agentcore'])).toEqual(policy);
});
