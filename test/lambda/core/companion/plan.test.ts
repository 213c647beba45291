import { companionTagsOf, pendingPut, planCompanions } from '../../../../lambda/core/companion/plan';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, dockerImage, OCI, ociImage } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const policy: Policy = { ...DEFAULT_POLICY, platforms: [AMD64, ARM64] };

test('companion tags that would be too long do not exist', () => {
  const tag = (length: number) => 'a'.repeat(length);
  expect(companionTagsOf('v1', policy)).toEqual(['v1-dockerv2', 'v1-dockerv2-arm64']);
  expect(companionTagsOf(tag(113), policy)).toEqual([`${tag(113)}-dockerv2`, `${tag(113)}-dockerv2-arm64`]);
  expect(companionTagsOf(tag(114), policy)).toEqual([`${tag(114)}-dockerv2`]);
  expect(companionTagsOf(tag(120), policy)).toEqual([]);
});

describe('the plan of a source tag', () => {
  const planOf = (registry: FakeRegistry, tag: string, found: { digest: string; mediaType: string }) =>
    planCompanions(registry, { repository: 'team/app', tag }, found, policy);

  test('says for each companion tag what it should name', async () => {
    const registry = new FakeRegistry();
    const found = registry.push(ociImage(), OCI.manifest, 'v1');
    expect(await planOf(registry, 'v1', found)).toMatchObject([
      { tag: 'v1-dockerv2', desired: { kind: 'manifest', by: 'converted' } },
      { tag: 'v1-dockerv2-arm64', desired: { kind: 'none' } },
    ]);
    expect(registry.calls).toEqual([]);
  });

  test('refuses a companion tag without room, but asks for none that is not needed', async () => {
    const registry = new FakeRegistry();
    const tag = 'a'.repeat(120);
    const [plan] = await planOf(registry, tag, registry.push(ociImage(), OCI.manifest, tag));
    expect(plan).toEqual({
      tag: `${tag}-dockerv2`,
      desired: {
        kind: 'refused',
        refusal: {
          reason: 'tag-too-long',
          detail: `the companion tag of ${tag} would have 129 characters, the limit is 128`,
        },
      },
    });
    const docker = await planOf(registry, tag, registry.push(dockerImage(), DOCKER.manifest, tag));
    expect(docker).toMatchObject([{ desired: { kind: 'if-present' } }, { desired: { kind: 'none' } }]);
  });

  test('of bytes that the registry does not have is one refusal, whatever the platforms are', async () => {
    const registry = new FakeRegistry();
    expect(await planOf(registry, 'v1', { digest: 'sha256:gone', mediaType: OCI.manifest })).toEqual([
      {
        tag: 'v1-dockerv2',
        desired: { kind: 'refused', refusal: expect.objectContaining({ reason: 'digest-mismatch' }) },
      },
    ]);
  });
});

describe('what is pending is', () => {
  const bytes = bytesOf(dockerImage());
  const manifest = { bytes, digest: digestOf(bytes), mediaType: DOCKER.manifest };
  const other = { digest: 'sha256:other', mediaType: DOCKER.manifest };
  const about = { by: 'aliased', manifest, droppedFields: [] } as const;
  const wanted = { tag: 'v1-dockerv2', desired: { kind: 'manifest', ...about } } as const;
  const ifPresent = {
    tag: 'v1-dockerv2',
    desired: { kind: 'if-present', ...about, skip: 'already-docker', detail: '' },
  } as const;

  test('a companion that is absent or names something else', () => {
    expect(pendingPut(wanted, undefined)).toBe(manifest);
    expect(pendingPut(wanted, other)).toBe(manifest);
    expect(pendingPut(ifPresent, other)).toBe(manifest);
  });

  test('not one that is current, nor one that need not exist', () => {
    expect(pendingPut(wanted, manifest)).toBeUndefined();
    expect(pendingPut(ifPresent, manifest)).toBeUndefined();
    expect(pendingPut(ifPresent, undefined)).toBeUndefined();
    const none = { tag: 'v1-dockerv2', desired: { kind: 'none', detail: '' } } as const;
    expect([undefined, other].map((companion) => pendingPut(none, companion))).toEqual([undefined, undefined]);
  });
});
