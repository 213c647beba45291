import { auditPage } from '../../../../lambda/core/audit/audit';
import type { CompanionTagForm } from '../../../../lambda/core/companion/companion-tag';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { RegistryRefusal } from '../../../../lambda/core/errors';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';

const REPOSITORY = 'team/app';
const SINCE = 1_000_000;

function push(registry: FakeRegistry, tag: string, pushedAt: number, manifest: object = ociImage(tag)): void {
  const { digest } = registry.push(manifest, OCI.manifest, tag);
  registry.pushedAt.set(digest, pushedAt);
}
const audit = (registry: FakeRegistry, since?: number, policy: Policy = DEFAULT_POLICY) =>
  auditPage(registry, REPOSITORY, policy, { since, now: 0 });

describe('the audit window', () => {
  let registry: FakeRegistry;
  beforeEach(() => {
    registry = new FakeRegistry();
    push(registry, 'old', SINCE - 1);
    push(registry, 'new', SINCE);
  });

  test('images that are older get no companion by an audit', async () => {
    expect(await audit(registry, SINCE)).toMatchObject({ outOfSync: ['new'], counts: { images: 2, requested: 1 } });
    expect(registry.calls).toContain('readManifests 1');
  });

  test('a backfill has none', async () => {
    expect((await audit(registry)).outOfSync).toEqual(['new', 'old']);
  });

  test('a companion that an old image has is kept up to date: a stale one is worse than none', async () => {
    registry.push(dockerImage('earlier'), DOCKER.manifest, 'old-dockerv2');
    expect((await audit(registry, SINCE)).outOfSync).toEqual(['new', 'old']);
  });

  test.each<[listed: string, form: CompanionTagForm, stale: string, between: string]>([
    ['after its source', { suffix: '-dockerv2' }, 'v-dockerv2', 'v-a'],
    ['before its source', { prefix: 'dockerv2-' }, 'dockerv2-v', 'e'],
  ])('also where the companion is listed on another page, %s', async (_, companionTag, stale, between) => {
    const policy = { ...DEFAULT_POLICY, companionTag };
    registry = new FakeRegistry();
    registry.pageSize = 1;
    push(registry, 'v', SINCE - 1);
    registry.push(dockerImage('earlier'), DOCKER.manifest, stale);
    for (let n = 10; n < 22; n += 1) push(registry, `${between}${n}`, SINCE - 1);
    const first = await auditPage(registry, REPOSITORY, policy, { since: SINCE, now: 0 });
    const { nextToken } = first;
    const second = await auditPage(registry, REPOSITORY, policy, { since: SINCE, nextToken, now: 0 });
    expect([...first.outOfSync, ...second.outOfSync]).toEqual(['v']);
  });

  test('a Docker image needs no companion, whatever its age', async () => {
    registry = new FakeRegistry();
    const { digest } = registry.push(dockerImage(), DOCKER.manifest, 'v1');
    registry.pushedAt.set(digest, SINCE);
    expect(await audit(registry, SINCE)).toMatchObject({ outOfSync: [], refusals: [] });
    expect(registry.calls).toEqual(['listManifests']);
  });
});

describe('what an audit can not read', () => {
  test('for want of room is left to a repair of its own, also where only the child of an index is too large', async () => {
    const registry = new FakeRegistry();
    push(registry, 'small', 0);
    push(registry, 'large', 0);
    const child = registry.push(ociImage('child'), OCI.manifest);
    const descriptor = {
      mediaType: OCI.manifest,
      digest: child.digest,
      size: child.bytes.length,
      ...platform('amd64'),
    };
    registry.push(index([descriptor]), OCI.index, 'multi');
    registry.unread.add(registry.tags.get('large') ?? '').add(child.digest);
    const page = await audit(registry);
    expect(page.outOfSync).toEqual(['large', 'multi', 'small']);
    expect(registry.calls).not.toContain('readManifest');
  });

  test('because of its key or a policy is counted, and the others are audited', async () => {
    const registry = new FakeRegistry();
    push(registry, 'locked', 0);
    push(registry, 'open', 0);
    const locked = registry.tags.get('locked') ?? '';
    const { manifests } = await registry.readManifests(REPOSITORY, [registry.tags.get('open') ?? '']);
    registry.readManifests = async () => ({ manifests, unread: [] });
    registry.readManifest = async (_, digest) => {
      if (digest === locked) throw new RegistryRefusal('kms-key', 'the key is disabled');
      return registry.manifests.get(digest);
    };
    expect(await audit(registry)).toMatchObject({
      outOfSync: ['open'],
      refusals: [{ image: { tag: 'locked' }, reason: 'kms-key' }],
      counts: { refused: { 'kms-key': 1 } },
    });
  });
});

test('a read that fails is thrown, so that the queue tries the audit again', async () => {
  const registry = new FakeRegistry();
  const children = ['a', 'b'].map((name) => {
    const { digest, bytes } = registry.push(ociImage(name), OCI.manifest);
    return { mediaType: OCI.manifest, digest, size: bytes.length };
  });
  registry.push(index(children), OCI.index, 'v1');
  registry.before = (call) => {
    if (call === 'readBlob') throw new Error('throttled');
  };
  await expect(audit(registry)).rejects.toThrow('throttled');
});

describe('orphaned companions', () => {
  const deleting: Policy = { ...DEFAULT_POLICY, deleteOrphanedCompanions: true };
  const withOrphans = (orphans: number, others: number) => {
    const registry = new FakeRegistry();
    for (let n = 0; n < orphans; n += 1) registry.push(dockerImage(`o${n}`), DOCKER.manifest, `gone${n}-dockerv2`);
    for (let n = 0; n < others; n += 1) registry.push(dockerImage(`d${n}`), DOCKER.manifest, `d${n}`);
    return registry;
  };

  test.each([
    [1, 0, 1],
    [5, 5, 1],
    [20, 80, 10],
    [3, 97, 3],
  ])('of %i beside %i other tags, one audit deletes %i at most', async (orphans, others, deleted) => {
    expect((await audit(withOrphans(orphans, others), undefined, deleting)).outOfSync).toHaveLength(deleted);
  });
});
