import {
  isAliasedInListing,
  type ListedTag,
  type Listing,
  listPage,
  needsInspection,
} from '../../../../lambda/core/audit/listing';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, OCI } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const policy = DEFAULT_POLICY;
const everyTag: Policy = { ...policy, companionFor: 'every-tag' };
const both: Policy = { ...policy, platforms: [AMD64, ARM64] };

/** A registry that lists so many manifests of one type, each under a tag of its own. */
function registryOf(count: number, mediaType: string, pageSize = 1_000): FakeRegistry {
  const registry = new FakeRegistry();
  registry.pageSize = pageSize;
  for (let at = 0; at < count; at += 1) registry.push(bytesOf(`${at}`), mediaType, `${at}`.padStart(5, '0'));
  return registry;
}

const list = (registry: FakeRegistry, from?: string, by = policy) => listPage(registry, 'team/app', by, from);

describe('a page of a repository', () => {
  test('has each tag with what it names, and counts the images', async () => {
    const registry = new FakeRegistry();
    const oci = registry.push(bytesOf('oci'), OCI.manifest, 'a');
    const docker = registry.push(bytesOf('docker'), DOCKER.manifest, 'c');
    registry.tags.set('b', oci.digest);
    registry.push(bytesOf('index'), OCI.index, 'd');
    expect(await list(registry)).toEqual({
      tags: new Map([
        ['a', { tag: 'a', digest: oci.digest, mediaType: OCI.manifest, pushedAt: 0 }],
        ['b', { tag: 'b', digest: oci.digest, mediaType: OCI.manifest, pushedAt: 0 }],
        ['c', { tag: 'c', digest: docker.digest, mediaType: DOCKER.manifest, pushedAt: 0 }],
        ['d', { tag: 'd', digest: registry.tags.get('d'), mediaType: OCI.index, pushedAt: 0 }],
      ]),
      images: 3,
      ociImages: 2,
      isWhole: true,
    });
  });

  test('ends after ten calls, and the next begins there', async () => {
    const registry = registryOf(25, DOCKER.manifest, 2);
    const first = await list(registry);
    expect(registry.calls).toHaveLength(10);
    expect(first).toMatchObject({ images: 20, ociImages: 0, isWhole: false, nextToken: '20' });
    const last = await list(registry, first.nextToken);
    expect([...last.tags.keys()]).toEqual(['00020', '00021', '00022', '00023', '00024']);
    expect(last).toMatchObject({ images: 5, isWhole: false });
    expect(last).not.toHaveProperty('nextToken');
    expect(registry.calls).toHaveLength(13);
  });

  test('of all there is in ten calls is whole', async () => {
    const registry = registryOf(20, DOCKER.manifest, 2);
    expect(await list(registry)).toMatchObject({ images: 20, isWhole: true });
    expect(registry.calls).toHaveLength(10);
  });

  test.each([
    ['OCI images', OCI.manifest, policy, 2],
    ['Docker lists', DOCKER.list, policy, 2],
    ['Docker images where every tag has a companion', DOCKER.manifest, everyTag, 2],
    ['Docker images', DOCKER.manifest, policy, 3],
  ])('ends with 1,000 tags that may need a companion: %s', async (_, mediaType, by, calls) => {
    const registry = registryOf(1_002, mediaType, 500);
    await list(registry, undefined, by);
    expect(registry.calls).toHaveLength(calls);
  });

  test('goes on after 999 of them, and counts tags, not manifests', async () => {
    const registry = registryOf(1_001, OCI.manifest, 999);
    expect(await list(registry)).toMatchObject({ images: 1_001, isWhole: true });
    const [digest] = registry.tags.values();
    registry.tags.set('00000-2', digest ?? '');
    expect(await list(registry)).toMatchObject({ images: 999, isWhole: false, nextToken: '999' });
  });
});

describe('what the listing tells of v1 and its companions', () => {
  const source = (mediaType: string): ListedTag => ({ tag: 'v1', digest: 'sha256:v1', mediaType });
  const listingWith = (companions: Readonly<Record<string, string>>): Listing => ({
    tags: new Map(
      Object.entries(companions).map(([tag, digest]) => [tag, { tag, digest, mediaType: DOCKER.manifest }]),
    ),
    images: 0,
    ociImages: 0,
    isWhole: true,
  });
  const same = { 'v1-dockerv2': 'sha256:v1' };
  const other = { 'v1-dockerv2': 'sha256:other' };
  const further = { 'v1-dockerv2-arm64': 'sha256:v1' };

  test.each<[companions: Readonly<Record<string, string>>, by: Policy, isAliased: boolean]>([
    [same, policy, true],
    [same, both, true],
    [other, policy, false],
    [{}, policy, false],
    [{ ...same, ...further }, both, false],
    [{ ...same, ...further }, { ...both, platforms: [AMD64, ARM64, platformOf('linux', 's390x')] }, false],
    [further, both, false],
  ])('aliased is a first companion that names the same, without further ones (%#)', (companions, by, isAliased) => {
    expect(isAliasedInListing(source(DOCKER.manifest), listingWith(companions), by)).toBe(isAliased);
  });

  test.each<[mediaType: string, companions: Readonly<Record<string, string>>, by: Policy, isOpen: boolean]>([
    [OCI.manifest, {}, policy, true],
    [OCI.manifest, same, policy, true],
    [OCI.index, same, policy, true],
    [DOCKER.list, same, policy, true],
    [DOCKER.list, same, everyTag, true],
    [DOCKER.manifest, {}, policy, false],
    [DOCKER.manifest, same, policy, false],
    [DOCKER.manifest, other, policy, true],
    [DOCKER.manifest, further, both, true],
    [DOCKER.manifest, { ...same, ...further }, both, true],
    [DOCKER.manifest, {}, everyTag, true],
    [DOCKER.manifest, same, everyTag, false],
    [DOCKER.manifest, other, everyTag, true],
  ])('a source of type %s with companions %j must be read (%#)', (mediaType, companions, by, isOpen) => {
    expect(needsInspection(source(mediaType), listingWith(companions), by)).toBe(isOpen);
  });
});
