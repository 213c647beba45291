import { type LifecyclePolicy, NotUnderstood } from '../../../../lambda/core/lifecycle/policy';
import { riskOfBackfill, riskOfPushes } from '../../../../lambda/core/lifecycle/risk';
import { FakeRegistry } from '../../../support/fake-registry';
import { OCI, ociImage } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';
import { keepDays, keepNewest, keepPulled, NOW, policyOf } from './repository';

const NOT_UNDERSTOOD = 'the lifecycle policy is not understood: why';

test.each<[string, LifecyclePolicy | NotUnderstood, string | undefined]>([
  ['no rules', [], undefined],
  ['a rule by age', policyOf(keepDays(30, 'any')), undefined],
  ['a rule for other tags', policyOf(keepNewest(10, ['release-*'])), undefined],
  [
    'a rule that counts',
    policyOf(keepDays(1, 'untagged'), keepNewest(10, 'any')),
    'rule 2 of the lifecycle policy counts companions too, so of 10 images it keeps about 5 with their companions',
  ],
  [
    'a rule by pulls',
    policyOf(keepPulled(90, 'any')),
    "rule 1 of the lifecycle policy archives what nobody pulls, and consumers of a companion don't pull its source",
  ],
  ['a policy that is not understood', new NotUnderstood('why'), NOT_UNDERSTOOD],
])('pushes under %s', (_, lifecycle, risk) => {
  expect(riskOfPushes(lifecycle, ['main-1', 'v1'], DEFAULT_POLICY)).toBe(risk);
});

test('pushes: one tag that is at risk is enough', () => {
  const lifecycle = policyOf(keepNewest(10, ['v*']));
  expect(riskOfPushes(lifecycle, ['main'], DEFAULT_POLICY)).toBeUndefined();
  expect(riskOfPushes(lifecycle, ['main', 'v1'], DEFAULT_POLICY)).toContain('rule 1');
});

describe('a backfill', () => {
  const registryOf = (tags: readonly string[]): FakeRegistry => {
    const registry = new FakeRegistry();
    tags.forEach((tag, at) => {
      const { digest } = registry.push(ociImage(tag), OCI.manifest, tag);
      registry.pushedAt.set(digest, NOW - 1_000 * (tags.length - at));
    });
    return registry;
  };
  const riskOf = (registry: FakeRegistry, lifecycle: LifecyclePolicy | NotUnderstood, since?: number) =>
    riskOfBackfill(registry, lifecycle, 'team/app', DEFAULT_POLICY, { since, now: NOW });

  test('of more than the rule has room for', async () => {
    const registry = registryOf(['v1', 'v2', 'v3']);
    expect(await riskOf(registry, policyOf(keepNewest(5, 'any')))).toBe(
      'rule 1 would expire v1, which would stay without companions',
    );
    expect(await riskOf(registry, policyOf(keepNewest(3, 'any')))).toBe(
      'rule 1 would expire 3 images, such as v1, that would stay without companions',
    );
    expect(await riskOf(registry, policyOf(keepNewest(6, 'any')))).toBeUndefined();
  });

  test('under several rules, one of which counts', async () => {
    const lifecycle = policyOf(keepDays(1, 'untagged'), keepNewest(5, 'any'));
    expect(await riskOf(registryOf(['v1', 'v2', 'v3']), lifecycle)).toContain('rule 2 would expire v1');
  });

  test('of the audit window only', async () => {
    const registry = registryOf(['v1', 'v2', 'v3']);
    const lifecycle = policyOf(keepNewest(4, 'any'));
    expect(await riskOf(registry, lifecycle, NOW - 1_500)).toBeUndefined();
    expect(await riskOf(registry, lifecycle, NOW - 2_500)).toContain('v1');
  });

  test('whose sources nobody will pull any more', async () => {
    const lifecycle = policyOf(keepPulled(90, ['v*']));
    expect(await riskOf(registryOf(['v1']), lifecycle)).toContain('archives what nobody pulls');
    expect(await riskOf(registryOf(['main']), lifecycle)).toBeUndefined();
  });

  test('in a repository that is too large to tell', async () => {
    const registry = registryOf(['v1']);
    registry.hasTooManyImages = true;
    expect(await riskOf(registry, policyOf(keepNewest(10, 'any')))).toContain('too many images');
  });

  test('under a policy that is not understood', async () => {
    expect(await riskOf(registryOf(['v1']), new NotUnderstood('why'))).toBe(NOT_UNDERSTOOD);
  });

  test('needs no listing under rules by age', async () => {
    const registry = registryOf(['v1']);
    expect(await riskOf(registry, policyOf(keepNewest(1, 'untagged'), keepDays(3, 'any')))).toBeUndefined();
    expect(registry.calls).toEqual([]);
  });
});
