import { prefetch } from '../../../../lambda/core/audit/prefetch';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

let registry: FakeRegistry;
beforeEach(() => {
  registry = new FakeRegistry();
});

const push = (manifest: { mediaType: string }) => registry.push(manifest, manifest.mediaType);
const childOf = (name: string, architecture?: string) => {
  const { digest, bytes, mediaType } = push(ociImage(name));
  return { mediaType, digest, size: bytes.length, ...(architecture ? platform(architecture) : {}) };
};

const both = { ...DEFAULT_POLICY, platforms: [AMD64, ARM64] as const };
const fetched = async (digests: readonly string[]) => [
  ...(await prefetch(registry, 'team/app', digests, new Map(), both)).manifests.values(),
];

test('reads the manifests in one batch, and what the platforms choose from all indexes in another', async () => {
  const [amd64, arm64, s390x] = ['amd64', 'arm64', 's390x'].map((name) => childOf(name, name));
  const only = childOf('only');
  const plain = push(ociImage('plain'));
  const sources = [plain, push(index([s390x, arm64, amd64].flatMap((child) => child ?? []))), push(index([only]))];
  const list = push(index([only], { mediaType: DOCKER.list }));
  const found = await fetched([...sources, list, plain].map(({ digest }) => digest));
  expect(registry.calls).toEqual(['readManifests 4', 'readManifests 3']);
  const children = [amd64, arm64, only].map((child) => registry.manifests.get(child?.digest ?? ''));
  expect(found).toEqual([...sources, list, ...children]);
});

test('reads no child that is read already', async () => {
  const child = childOf('amd64', 'amd64');
  const source = push(index([child]));
  expect(await fetched([source.digest, child.digest])).toHaveLength(2);
  expect(registry.calls).toEqual(['readManifests 2']);
});

test.each<[string, () => { mediaType: string } | Uint8Array, string]>([
  ['an image', () => ociImage(), OCI.manifest],
  ['a Docker image', () => dockerImage(), DOCKER.manifest],
  ['an index that can not be read', () => bytesOf('{'), OCI.index],
  ['an index of artifacts', () => index([{ ...childOf('a'), artifactType: 'a/b' }]), OCI.index],
  ['an index that leaves the choice open', () => index([childOf('a'), childOf('b')]), OCI.index],
])('has nothing more to read for %s', async (_, manifest, mediaType) => {
  const source = registry.push(manifest(), mediaType);
  expect(await fetched([source.digest])).toEqual([source]);
  expect(registry.calls).toEqual(['readManifests 1']);
});

test('what the repository does not have is absent', async () => {
  const gone = { ...childOf('gone', 'amd64'), digest: `sha256:${'0'.repeat(64)}` };
  const source = push(index([gone]));
  expect(await fetched([source.digest, 'sha256:gone'])).toEqual([source]);
  expect(registry.calls).toEqual(['readManifests 2', 'readManifests 1']);
});
