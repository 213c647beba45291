import { type AuditOptions, auditPage } from '../../../../lambda/core/audit/audit';
import { repair } from '../../../../lambda/core/companion/repair';
import { NotUnderstood } from '../../../../lambda/core/lifecycle/policy';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';
import { keepDays, keepNewest, NOW, policyOf } from '../lifecycle/repository';

let registry: FakeRegistry;
beforeEach(() => {
  registry = new FakeRegistry();
  for (const tag of ['v1', 'v2', 'v3']) registry.push(ociImage(tag), OCI.manifest, tag);
});
const audit = (options: Partial<AuditOptions> = {}) =>
  auditPage(registry, 'team/app', DEFAULT_POLICY, { now: NOW, ...options });
const LOSS = 'rule 1 would expire 3 images, such as v1, that would stay without companions';

test('a backfill leaves a repository alone in which companions would expire sources', async () => {
  registry.lifecyclePolicy = policyOf(keepNewest(3, 'any'));
  const { outOfSync, refusals, counts, lifecycleRisk } = await audit();
  expect(outOfSync).toEqual([]);
  expect(refusals).toEqual(
    ['v1', 'v2', 'v3'].map((tag) => {
      const image = { repository: 'team/app', tag };
      return { image, outcome: 'refused', reason: 'lifecycle-policy', detail: LOSS };
    }),
  );
  expect(counts).toMatchObject({ requested: 0, refused: { 'lifecycle-policy': 3 } });
  expect(lifecycleRisk).toBe(LOSS);
});

test('unless it is told to', async () => {
  registry.lifecyclePolicy = policyOf(keepNewest(3, 'any'));
  const { outOfSync, refusals, lifecycleRisk } = await audit({ isDespiteLifecycle: true });
  expect([outOfSync, refusals]).toEqual([['v1', 'v2', 'v3'], []]);
  expect(lifecycleRisk).toContain('counts companions too');
});

test('a companion that exists is kept up to date there: a stale one is worse than none', async () => {
  registry.lifecyclePolicy = policyOf(keepNewest(3, 'any'));
  registry.push(dockerImage('earlier'), DOCKER.manifest, 'v2-dockerv2');
  const { outOfSync, counts } = await audit();
  expect(outOfSync).toEqual(['v2']);
  expect(counts.refused).toEqual({ 'lifecycle-policy': 2 });
});

test('so is an image that has one of its two companions', async () => {
  registry = new FakeRegistry();
  const children = ['amd64', 'arm64'].map((name) => {
    const { digest, bytes } = registry.push(ociImage(name), OCI.manifest);
    return { mediaType: OCI.manifest, digest, size: bytes.length, ...platform(name) };
  });
  registry.push(index(children), OCI.index, 'v1');
  registry.push(dockerImage('earlier'), DOCKER.manifest, 'v1-dockerv2');
  registry.lifecyclePolicy = policyOf(keepNewest(2, ['v*']));
  const policy = { ...DEFAULT_POLICY, platforms: [AMD64, ARM64] as const };
  expect(await auditPage(registry, 'team/app', policy, { now: NOW })).toMatchObject({
    outOfSync: ['v1'],
    refusals: [],
  });
});

test('where there is room, companions are requested, and the risk of later pushes is told', async () => {
  registry.lifecyclePolicy = policyOf(keepNewest(10, 'any'));
  const { outOfSync, lifecycleRisk } = await audit();
  expect(outOfSync).toEqual(['v1', 'v2', 'v3']);
  expect(lifecycleRisk).toContain('of 10 images it keeps about 5');
});

test('a policy that is not understood is a risk', async () => {
  registry.lifecyclePolicy = new NotUnderstood('why');
  expect(await audit()).toMatchObject({ outOfSync: [], lifecycleRisk: expect.stringContaining('why') });
});

test('costs one call where companions are current, and none where there are none', async () => {
  const asked = () => registry.calls.filter((call) => /Lifecycle|listImages/.test(call));
  registry.lifecyclePolicy = policyOf(keepDays(30, 'any'));
  for (const tag of ['v1', 'v2', 'v3']) await repair(registry, { repository: 'team/app', tag }, DEFAULT_POLICY);
  expect((await audit()).lifecycleRisk).toBeUndefined();
  expect(asked()).toEqual(['readLifecyclePolicy']);

  registry = new FakeRegistry();
  registry.push(dockerImage('d'), DOCKER.manifest, 'v1');
  await audit();
  expect(asked()).toEqual([]);
});

test('later pages ask only for what is missing', async () => {
  registry.pageSize = 1;
  for (let n = 0; n < 10; n += 1) registry.push(dockerImage(`d${n}`), DOCKER.manifest, `d${n}`);
  await audit({ nextToken: '0' });
  expect(registry.calls.filter((call) => call === 'readLifecyclePolicy')).toEqual([]);
  registry.lifecyclePolicy = policyOf(keepNewest(3, ['v*']));
  expect(await audit({ nextToken: '10' })).toMatchObject({ outOfSync: [], lifecycleRisk: LOSS });
});
