import { auditPage } from '../../../../lambda/core/audit/audit';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, dockerImage, OCI, ociImage } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';
import { audit, repairAll } from '../../../support/whole-audit';

const policy = DEFAULT_POLICY;
/** Companions whose tags are listed before those of their sources. */
const prefixed: Policy = { ...policy, companionTag: { prefix: 'dockerv2-' } };

const numbered = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, at) => `${prefix}${`${at}`.padStart(5, '0')}`);

/** The tags, each with an image of its own. */
function registryOf({ oci = [], docker = [] }: { oci?: readonly string[]; docker?: readonly string[] }): FakeRegistry {
  const registry = new FakeRegistry();
  for (const tag of oci) registry.push(ociImage(tag), OCI.manifest, tag);
  for (const tag of docker) registry.push(dockerImage(tag), DOCKER.manifest, tag);
  return registry;
}

/** The calls that read what the tags name. */
const readsOf = ({ calls }: FakeRegistry) => calls.filter((call) => /^read(Tags|Manifest)/.test(call));

describe('what is listed on another page than that which it belongs to', () => {
  /** The first page: ten rows. */
  async function firstPageOf(registry: FakeRegistry, by: Policy) {
    registry.pageSize = 1;
    registry.calls.length = 0;
    const page = await auditPage(registry, 'team/app', by, { now: 0 });
    return { ...page, calls: readsOf(registry) };
  }

  test('is read by its tag if it is a companion', async () => {
    const registry = registryOf({ oci: ['u', 'v', 'w'], docker: numbered(7, 'v-a') });
    await repairAll(registry, ['u', 'v', 'w']);
    expect(await firstPageOf(registry, policy)).toMatchObject({
      calls: ['readTags v-dockerv2', 'readManifests 2'],
      counts: { images: 10, upToDate: 2, requested: 0 },
      nextToken: '10',
    });
  });

  test('is inspected now if it is a Docker source; any other source is inspected with its own page', async () => {
    const registry = registryOf({ oci: ['x', 'y'], docker: numbered(8, 'e') });
    await repairAll(registry, ['x', 'y'], prefixed);
    registry.push(dockerImage('new'), DOCKER.manifest, 'y');
    expect(await firstPageOf(registry, prefixed)).toMatchObject({
      calls: ['readTags x y', 'readManifests 1'],
      outOfSync: ['y'],
    });
    const other = registryOf({ oci: ['x'], docker: numbered(9, 'e') });
    await repairAll(other, ['x'], prefixed);
    expect(await firstPageOf(other, prefixed)).toMatchObject({ calls: ['readTags x'], outOfSync: [] });
  });

  test('is no orphan if its source is there', async () => {
    const registry = registryOf({ oci: ['x', 'y'], docker: numbered(8, 'e') });
    await repairAll(registry, ['x', 'y'], prefixed);
    registry.tags.delete('y');
    const deleting = { ...prefixed, deleteOrphanedCompanions: true };
    expect(await firstPageOf(registry, deleting)).toMatchObject({ outOfSync: ['y'], counts: { requested: 1 } });
    expect(await firstPageOf(registry, prefixed)).toMatchObject({ outOfSync: [] });
  });
});

test('a companion whose source is gone is out of sync where companions go with their source', async () => {
  for (const pageSize of [1, 1_000]) {
    const registry = registryOf({ oci: ['v1', 'v2'], docker: numbered(15, 'other') });
    registry.pageSize = pageSize;
    await repairAll(registry, ['v1', 'v2']);
    registry.tags.delete('v1');
    expect((await audit(registry, { ...policy, deleteOrphanedCompanions: true })).outOfSync).toEqual(['v1']);
  }
});

test('a Docker image whose stale companion is listed on another page is found', async () => {
  const registry = registryOf({ oci: ['a'], docker: numbered(30, 'a-') });
  registry.pageSize = 1;
  await repairAll(registry, ['a']);
  registry.push(dockerImage('new'), DOCKER.manifest, 'a');
  expect(await audit(registry)).toMatchObject({ outOfSync: ['a'], pages: 4 });
});

describe('a large repository', () => {
  /** Of n images, those whose number is even are OCI; their companions are right but for those divisible by 10. */
  async function large(n: number, pageSize: number): Promise<FakeRegistry> {
    const tags = numbered(n, '');
    const oci = tags.filter((_, at) => at % 2 === 0);
    const registry = registryOf({ oci, docker: tags.filter((_, at) => at % 2 === 1) });
    await repairAll(
      registry,
      oci.filter((_, at) => at % 5 !== 0),
    );
    registry.pageSize = pageSize;
    registry.calls.length = 0;
    return registry;
  }
  const missing = (n: number) => numbered(n, '').filter((_, at) => at % 10 === 0);

  test('is read in N/1000 + K/50 + 2 calls', async () => {
    const registry = await large(2_200, 1_000);
    const { outOfSync, counts, pages } = await audit(registry);
    expect(outOfSync).toEqual(missing(2_200));
    expect(counts).toMatchObject({ ociImages: 1_100, upToDate: 880 });
    expect(pages).toBeGreaterThan(1);
    expect(registry.calls.length).toBeLessThanOrEqual(
      Math.ceil(counts.images / 1_000) + Math.ceil(counts.ociImages / 50) + 2,
    );
  });

  test('is found the same however it falls into calls and pages', async () => {
    for (const pageSize of [1, 7, 100]) {
      const registry = await large(100, pageSize);
      const { outOfSync, counts } = await audit(registry);
      expect(outOfSync).toEqual(missing(100));
      expect(counts).toMatchObject({ images: 140, ociImages: 50, upToDate: 40, requested: 10 });
    }
  });

  test.each([
    [100, ['readManifests 100']],
    [101, ['readManifests 100', 'readManifests 1']],
  ])('has its manifests read by the hundred: %i', async (count, reads) => {
    const registry = registryOf({ oci: numbered(count, '') });
    expect((await audit(registry)).outOfSync).toHaveLength(count);
    expect(readsOf(registry)).toEqual(reads);
  });
});
