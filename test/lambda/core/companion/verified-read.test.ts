import { readVerified, verified } from '../../../../lambda/core/companion/verified-read';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, descriptor, OCI, ociImage } from '../../../support/manifests';

let registry: FakeRegistry;
let stored: ReturnType<FakeRegistry['push']>;
beforeEach(() => {
  registry = new FakeRegistry();
  stored = registry.push(ociImage(), OCI.manifest, 'v1');
});

const mismatch = (detail: string) => ({ reason: 'digest-mismatch', detail });

test('bytes that hash to their digest are taken as they are', async () => {
  expect(await verified(registry, 'team/app', stored)).toBe(stored);
  expect(registry.calls).toEqual([]);
});

test.each<[string, object]>([
  ['absent', { bytes: undefined }],
  ['of another manifest', { bytes: bytesOf('{}'), mediaType: DOCKER.manifest }],
])('bytes that are %s are read by digest', async (_, change) => {
  expect(await verified(registry, 'team/app', { ...stored, ...change })).toBe(stored);
  expect(registry.calls).toEqual(['readManifest']);
});

test('what the registry does not have, or has otherwise, is refused', async () => {
  const gone = { digest: 'sha256:gone', mediaType: OCI.manifest };
  expect(await verified(registry, 'team/app', gone)).toEqual(
    mismatch('the registry names sha256:gone, but has no manifest of that digest'),
  );
  expect(await readVerified(registry, 'team/app', 'sha256:gone')).toBeUndefined();
  registry.manifests.set(stored.digest, { ...stored, bytes: bytesOf('{}') });
  const corrupt = mismatch(`the bytes of ${stored.digest} hash to ${descriptor('', '{}').digest}`);
  expect(await readVerified(registry, 'team/app', stored.digest)).toEqual(corrupt);
  expect(await verified(registry, 'team/app', { ...stored, bytes: undefined } as never)).toEqual(corrupt);
});
