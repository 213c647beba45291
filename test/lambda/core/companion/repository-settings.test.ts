import type { Outcome } from '../../../../lambda/core/companion/outcome';
import { mayNeedCompanion, type Policy, type RepositorySetting } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { withChoices as chosenFrom, policyOfRepository } from '../../../../lambda/core/companion/repository-settings';
import { REPOSITORY_SETTINGS } from '../../../../lambda/core/contract';
import { RegistryRefusal, RepositoryNotFound } from '../../../../lambda/core/errors';
import { formatPlatform } from '../../../../lambda/core/manifest/platform';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';

const LIMITS = { maxLayerBytes: 1_000 };
const letting = (...allowed: RepositorySetting[]): Policy => ({
  ...DEFAULT_POLICY,
  choices: { allowed, recompression: LIMITS },
});
const ALL = letting(...REPOSITORY_SETTINGS);

const withChoices = ({ choices, ...policy }: Policy, tagsOfRepository: ReadonlyMap<string, string>) =>
  choices ? chosenFrom(policy, choices, tagsOfRepository) : policy;
const key = (setting: string) => `ecr-oci-remediation:${setting}`;
const tags = (settings: Readonly<Record<string, string>>) =>
  new Map(Object.entries(settings).map(([setting, value]) => [key(setting), value]));
const chosen = (settings: Readonly<Record<string, string>>, policy: Policy = ALL) =>
  withChoices(policy, tags(settings));
const refusals = ({ refusedSettings }: Policy) =>
  Object.fromEntries([...(refusedSettings ?? [])].map(([setting, { detail }]) => [setting, detail]));

describe('what a repository chooses', () => {
  test('nothing: the policy stays as it was deployed, and leaves nothing open', () => {
    expect(withChoices(ALL, new Map([['team', 'a']]))).toEqual(DEFAULT_POLICY);
    expect(withChoices(ALL, new Map([['ecr-oci-remediation', 'disabled']]))).toEqual(DEFAULT_POLICY);
  });

  test.each([
    ['linux/arm64', ['linux/arm64']],
    ['linux/arm64 linux/amd64', ['linux/arm64', 'linux/amd64']],
    ['  linux/arm64/v8  linux/arm ', ['linux/arm64', 'linux/arm/v7']],
    ['linux/386 linux/amd64 linux/arm64 linux/s390x', ['linux/386', 'linux/amd64', 'linux/arm64', 'linux/s390x']],
  ])('platforms: %j', (value, platforms) => {
    expect(chosen({ platforms: value }).platforms.map(formatPlatform)).toEqual(platforms);
    expect(chosen({ platforms: value })).not.toHaveProperty('refusedSettings');
  });

  test.each(['oci-images', 'every-tag'] as const)('companion-for: %s', (companionFor) => {
    const deployed: Policy = { ...ALL, companionFor: companionFor === 'every-tag' ? 'oci-images' : 'every-tag' };
    expect(chosen({ 'companion-for': companionFor }, deployed)).toEqual({ ...DEFAULT_POLICY, companionFor });
  });

  test('recompress-layers: within the limits of the deployment', () => {
    expect(chosen({ 'recompress-layers': 'true' })).toEqual({ ...DEFAULT_POLICY, recompression: LIMITS });
    const byDefault: Policy = { ...ALL, recompression: LIMITS };
    expect(chosen({}, byDefault)).toEqual({ ...DEFAULT_POLICY, recompression: LIMITS });
    expect(chosen({ 'recompress-layers': 'false' }, byDefault)).toEqual(DEFAULT_POLICY);
  });
});

const PLATFORMS =
  '1 to 4 different ones of linux/386, linux/amd64, linux/arm/v5, linux/arm/v6, linux/arm/v7, linux/arm64, linux/loong64, linux/mips64le, linux/ppc64le, linux/riscv64, linux/s390x, separated by spaces';

describe('what it cannot choose', () => {
  test.each([
    ['platforms', '', PLATFORMS],
    ['platforms', 'linux/amd46', PLATFORMS],
    ['platforms', 'windows/amd64', PLATFORMS],
    ['platforms', 'arm64', PLATFORMS],
    ['platforms', 'linux/arm64,linux/amd64', PLATFORMS],
    ['platforms', 'linux/arm64 linux/arm64/v8', PLATFORMS],
    ['platforms', 'linux/386 linux/amd64 linux/arm64 linux/s390x linux/riscv64', PLATFORMS],
    ['companion-for', 'all', 'oci-images or every-tag'],
    ['recompress-layers', 'True', 'true or false'],
  ])('%s: %j refuses only what it decides', (setting, value, expected) => {
    const policy = chosen({ [setting]: value, ...(setting === 'platforms' ? {} : { platforms: 'linux/arm64' }) });
    const detail = `the repository's resource tag ecr-oci-remediation:${setting} is '${value}', expected ${expected}`;
    expect(refusals(policy)).toEqual({ [setting]: detail });
    expect([...(policy.refusedSettings?.values() ?? [])]).toMatchObject([{ reason: 'bad-repository-setting' }]);
    expect(policy.platforms.map(formatPlatform)).toEqual([setting === 'platforms' ? 'linux/amd64' : 'linux/arm64']);
  });

  test('what the deployment does not allow: only that is refused', () => {
    const policy = chosen(
      { platforms: 'linux/arm64', 'companion-for': 'every-tag' },
      letting('companion-for', 'recompress-layers'),
    );
    expect(refusals(policy)).toEqual({
      platforms:
        "the repository has the resource tag ecr-oci-remediation:platforms, which the deployment doesn't allow; it allows ecr-oci-remediation:companion-for, ecr-oci-remediation:recompress-layers",
    });
    expect(policy).toMatchObject({ companionFor: 'every-tag', platforms: DEFAULT_POLICY.platforms });
  });

  test.each(['platform', 'Platforms', 'platforms ', ''])(
    'what no one knows, such as %j, refuses what the deployment lets it choose, because it may be meant',
    (unknown) => {
      const detail = `the repository has the resource tag ecr-oci-remediation:${unknown}, which is not known; expected ecr-oci-remediation:platforms, ecr-oci-remediation:companion-for`;
      expect(refusals(chosen({ [unknown]: 'x' }, letting('platforms', 'companion-for')))).toEqual({
        platforms: detail,
        'companion-for': detail,
      });
    },
  );

  test('a key that differs by case is one of them', () => {
    const policy = withChoices(letting('platforms'), new Map([['Ecr-Oci-Remediation:platforms', 'linux/arm64']]));
    expect(refusals(policy)).toEqual({ platforms: expect.stringContaining('Ecr-Oci-Remediation:platforms') });
  });
});

describe('the tags', () => {
  test('are not read if repositories choose nothing', async () => {
    const registry = new FakeRegistry();
    expect(await policyOfRepository(registry, 'team/app', DEFAULT_POLICY)).toBe(DEFAULT_POLICY);
    expect(registry.calls).toEqual([]);
  });

  test('that may not be read refuse what they would decide', async () => {
    const registry = new FakeRegistry();
    registry.before = () => {
      throw new RegistryRefusal('access-denied', 'ListTagsForResource: no');
    };
    const policy = await policyOfRepository(registry, 'team/app', letting('platforms'));
    expect(policy).toEqual({
      ...DEFAULT_POLICY,
      refusedSettings: new Map([['platforms', { reason: 'access-denied', detail: 'ListTagsForResource: no' }]]),
    });
  });

  test.each([
    ['that can not be read now', new Error('throttled')],
    ['of a repository that is gone', new RepositoryNotFound('team/app')],
    ['of one that is none of ours', new RegistryRefusal('pull-through-cache', 'no')],
  ])('%s are an error', async (_, error) => {
    const registry = new FakeRegistry();
    registry.before = () => {
      throw error;
    };
    await expect(policyOfRepository(registry, 'team/app', letting('platforms'))).rejects.toBe(error);
  });
});

describe('a repair', () => {
  const image = { repository: 'team/app', tag: 'v1' };
  const names = (outcomes: readonly Outcome[]) =>
    outcomes.map((outcome) => {
      const tag = 'companion' in outcome ? ` ${outcome.companion?.tag}` : '';
      return 'reason' in outcome ? `${outcome.outcome} ${outcome.reason}${tag}` : `${outcome.outcome}${tag}`;
    });
  let registry: FakeRegistry;
  beforeEach(() => {
    registry = new FakeRegistry();
  });
  const tag = (settings: Readonly<Record<string, string>>) => {
    registry.resourceTags.clear();
    for (const [name, value] of tags(settings)) registry.resourceTags.set(name, value);
  };
  const repaired = async (policy = ALL) => {
    registry.calls.length = 0;
    return names(await repair(registry, image, policy));
  };
  function pushIndex(...architectures: readonly string[]) {
    const children = architectures.map((architecture) => {
      const { digest, bytes } = registry.push(ociImage(architecture), OCI.manifest);
      return { mediaType: OCI.manifest, digest, size: bytes.length, ...platform(architecture) };
    });
    registry.push(index(children), OCI.index, 'v1');
  }
  const pushImage = () => registry.push(ociImage('app'), OCI.manifest, 'v1');
  const pushDocker = () => registry.push(dockerImage('docker'), DOCKER.manifest, 'v1');
  const pushZstd = () => registry.push(ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'v1');

  test("takes the repository's platforms, in its order", async () => {
    pushIndex('amd64', 'arm64');
    expect(await repaired()).toEqual(['converted v1-dockerv2']);
    tag({ platforms: 'linux/arm64 linux/amd64' });
    expect(await repaired()).toEqual(['converted v1-dockerv2', 'converted v1-dockerv2-amd64']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('arm64'));
    expect(registry.read('v1-dockerv2-amd64')).toEqual(dockerImage('amd64'));
    expect(await repaired()).toEqual(['unchanged v1-dockerv2', 'unchanged v1-dockerv2-amd64']);
  });

  test('of an index costs one call more, and one of anything else too', async () => {
    pushIndex('amd64');
    await repaired();
    const calls = ['readTags v1 v1-dockerv2', 'readManifest', 'putManifest v1-dockerv2', 'readTags v1 v1-dockerv2'];
    expect(registry.calls).toEqual(['readResourceTags', ...calls]);
    registry.tags.delete('v1-dockerv2');
    await repaired(DEFAULT_POLICY);
    expect(registry.calls).toEqual(calls);
  });

  test('reads no resource tags of what it skips by name', async () => {
    for (const name of ['', 'v1-dockerv2', 'v1-dockerv2-arm64', 'v1-soci'])
      await repair(registry, { ...image, tag: name }, ALL);
    expect(registry.calls).toEqual([]);
  });

  test('leaves a companion of a platform that is no longer chosen', async () => {
    pushIndex('amd64', 'arm64');
    tag({ platforms: 'linux/amd64 linux/arm64' });
    await repaired();
    tag({});
    expect(await repaired()).toEqual(['unchanged v1-dockerv2']);
    expect(registry.tags.has('v1-dockerv2-arm64')).toBe(true);
  });

  test('sees that a companion of a chosen platform is stale, when the source is no index any more', async () => {
    pushIndex('amd64', 'arm64');
    tag({ platforms: 'linux/amd64 linux/arm64' });
    await repaired();
    pushImage();
    expect(await repaired()).toEqual(['converted v1-dockerv2', 'refused stale-companion v1-dockerv2-arm64']);
  });

  test('refuses an index whose platforms are wrong, and says that its companion is out of date', async () => {
    pushIndex('amd64');
    await repaired();
    pushIndex('amd64', 'arm64');
    tag({ platforms: 'arm64' });
    expect(await repaired()).toEqual(['refused bad-repository-setting v1-dockerv2']);
    pushImage();
    expect(await repaired()).toEqual(['converted v1-dockerv2']);
  });

  test('gives Docker images a companion where the repository wants one', async () => {
    pushDocker();
    expect(await repaired()).toEqual(['skipped already-docker']);
    tag({ 'companion-for': 'all' });
    expect(await repaired()).toEqual(['refused bad-repository-setting v1-dockerv2']);
    tag({ 'companion-for': 'every-tag' });
    expect(await repaired()).toEqual(['aliased v1-dockerv2']);
  });

  test('a companion follows its source to a Docker image, whatever the tag says', async () => {
    pushImage();
    await repaired();
    pushDocker();
    tag({ 'companion-for': 'all' });
    expect(await repaired({ ...ALL, companionFor: 'every-tag' })).toEqual(['aliased v1-dockerv2']);
  });

  test('where the wrong tag is about Docker images, the deployed choice does not count', async () => {
    pushDocker();
    tag({ 'companion-for': 'none' });
    expect(await repaired({ ...ALL, companionFor: 'every-tag' })).toEqual([
      'refused bad-repository-setting v1-dockerv2',
    ]);
    const policy = withChoices(ALL, registry.resourceTags);
    expect(mayNeedCompanion(DOCKER.manifest, policy)).toBe(true);
    expect(mayNeedCompanion(DOCKER.manifest, DEFAULT_POLICY)).toBe(false);
  });

  test('recompresses where the repository wants it', async () => {
    pushZstd();
    expect(await repaired()).toEqual(['refused zstd-layer v1-dockerv2']);
    tag({ 'recompress-layers': 'true' });
    expect(await repaired()).toEqual(['recompressing v1-dockerv2']);
    tag({ 'recompress-layers': 'yes' });
    expect(await repaired()).toEqual(['refused bad-repository-setting v1-dockerv2']);
    expect(await repaired({ ...ALL, recompression: LIMITS })).toEqual(['refused bad-repository-setting v1-dockerv2']);
    tag({ 'recompress-layers': 'false' });
    expect(await repaired({ ...ALL, recompression: LIMITS })).toEqual(['refused zstd-layer v1-dockerv2']);
  });

  test('a wrong tag about recompression does not hide that no recompression would help', async () => {
    registry.push(ociImage('e', { layers: [descriptor(`${OCI.zstd}+encrypted`, 'l')] }), OCI.manifest, 'v1');
    tag({ 'recompress-layers': 'yes' });
    expect(await repaired()).toEqual(['refused encrypted-layer v1-dockerv2']);
  });

  test('a Docker image with zstd layers is one that recompression decides', async () => {
    registry.push(
      dockerImage('z', { layers: [descriptor('application/vnd.docker.image.rootfs.diff.tar.zstd', 'l')] }),
      DOCKER.manifest,
      'v1',
    );
    expect(await repaired()).toEqual(['skipped already-docker']);
    tag({ 'recompress-layers': 'yes' });
    expect(await repaired()).toEqual(['refused bad-repository-setting v1-dockerv2']);
  });
});
