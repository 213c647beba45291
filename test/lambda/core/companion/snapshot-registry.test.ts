import { SnapshotRegistry } from '../../../../lambda/core/companion/snapshot-registry';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import type { StoredManifest } from '../../../../lambda/core/registry';
import { FakeRegistry } from '../../../support/fake-registry';
import { OCI, ociImage } from '../../../support/manifests';

let registry: FakeRegistry;
let v1: StoredManifest;
beforeEach(() => {
  registry = new FakeRegistry();
  v1 = registry.push(ociImage('one'), OCI.manifest, 'v1');
});

test('each tag is read once, and does not move', async () => {
  const snapshot = new SnapshotRegistry(registry);
  await snapshot.readTags('team/app', ['v1', 'v2']);
  registry.push(ociImage('two'), OCI.manifest, 'v1');
  registry.push(ociImage('two'), OCI.manifest, 'v2');
  expect([...(await snapshot.readTags('team/app', ['v2', 'v1']))]).toEqual([['v1', v1]]);
  expect([...(await snapshot.readTags('team/app', ['v1', 'v3'])).keys()]).toEqual(['v1']);
  expect(registry.calls).toEqual(['readTags v1 v2', 'readTags v3']);
});

test('a manifest that a tag named needs no read by its digest, nor one that was read before', async () => {
  const snapshot = new SnapshotRegistry(registry);
  const [found] = (await snapshot.readTags('team/app', ['v1'])).values();
  expect(await snapshot.readManifest('team/app', v1.digest)).toBe(found);
  const other = registry.push(ociImage('other'), OCI.manifest);
  expect(await snapshot.readManifest('team/app', other.digest)).toBe(other);
  expect(await snapshot.readManifest('team/app', other.digest)).toBe(other);
  expect(await snapshot.readManifest('team/app', 'sha256:none')).toBeUndefined();
  expect(registry.calls).toEqual(['readTags v1', 'readManifest', 'readManifest']);
});

test('a later snapshot takes over the manifests, and reads the tags anew', async () => {
  const manifests = new Map<string, StoredManifest>();
  await new SnapshotRegistry(registry, manifests).readTags('team/app', ['v1']);
  const later = new SnapshotRegistry(registry, manifests);
  expect(await later.readManifest('team/app', v1.digest)).toEqual(v1);
  await later.readTags('team/app', ['v1']);
  expect(registry.calls).toEqual(['readTags v1', 'readTags v1']);
  await later.readManifest('team/app', 'sha256:none');
  expect([...manifests]).toEqual([[v1.digest, v1]]);
});

test('bytes that are not those of the digest are not kept as its manifest', async () => {
  const translated = { ...v1, bytes: new TextEncoder().encode('{}') };
  registry.manifests.set(v1.digest, translated);
  const snapshot = new SnapshotRegistry(registry);
  expect((await snapshot.readTags('team/app', ['v1'])).get('v1')).toBe(translated);
  registry.manifests.set(v1.digest, v1);
  expect(await snapshot.readManifest('team/app', v1.digest)).toBe(v1);
});

test('a listing answers for all tags, without bytes and without a call', async () => {
  const listing = new Map([['v1', { digest: v1.digest, mediaType: OCI.manifest }]]);
  const snapshot = new SnapshotRegistry(registry, new Map(), listing);
  expect([...(await snapshot.readTags('team/app', ['v1', 'v2']))]).toEqual([...listing]);
  expect(registry.calls).toEqual([]);
  expect(await snapshot.readManifest('team/app', v1.digest)).toBe(v1);
});

test('a config is read once', async () => {
  const { digest } = registry.pushBlob({ os: 'linux' });
  const snapshot = new SnapshotRegistry(registry);
  const first = await snapshot.readBlob('team/app', digest, 100);
  expect(digestOf(first)).toBe(digest);
  expect(await snapshot.readBlob('team/app', digest, 100)).toBe(first);
  expect(registry.calls).toEqual(['readBlob']);
});
