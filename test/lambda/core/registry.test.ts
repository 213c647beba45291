import { RegistryDecorator } from '../../../lambda/core/registry';
import { FakeRegistry } from '../../support/fake-registry';
import { OCI, ociImage } from '../../support/manifests';

test('a decorator passes every call on, with its answer', async () => {
  const registry = new FakeRegistry();
  const stored = registry.push(ociImage(), OCI.manifest, 'v1');
  const blob = registry.pushBlob({ os: 'linux' });
  const decorator = new RegistryDecorator(registry);
  expect(await decorator.readTags('team/app', ['v1', 'v2'])).toEqual(new Map([['v1', stored]]));
  expect(await decorator.readManifest('team/app', stored.digest)).toBe(stored);
  expect(await decorator.readBlob('team/app', blob.digest, 100)).toHaveLength(blob.size);
  expect(await decorator.putManifest('team/app', 'v2', stored)).toEqual({ kind: 'done' });
  await decorator.deleteTags('team/app', ['v1']);
  expect([...registry.tags.keys()]).toEqual(['v2']);
  await expect(decorator.readTags('team/other', ['v1'])).rejects.toThrow('team/other');
});
