import { gunzipSync, gzipSync } from 'node:zlib';
import type { Policy } from '../../lambda/core/companion/policy';
import { repair } from '../../lambda/core/companion/repair';
import { RegistryRefusal, TransientFailure } from '../../lambda/core/errors';
import { LayerRefused } from '../../lambda/core/layers/layer-refused';
import { digestOf } from '../../lambda/core/manifest/digest';
import { FinishedLayers } from '../../lambda/earlier-layers';
import { LayerRecompressor, type LayerRecompressorOptions } from '../../lambda/recompress-image';
import { LayeredRepository, tarOf } from '../support/fake-layers';
import { DOCKER, OCI } from '../support/manifests';
import { DEFAULT_POLICY } from '../support/policy';

const MAX = 1_000_000;
const policy: Policy = { ...DEFAULT_POLICY, recompression: { maxLayerBytes: MAX } };

interface DockerImage {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string; readonly size: number }[];
}

/** One process that recompresses in this repository. */
function processOf({ registry, layers }: LayeredRepository, more: Partial<LayerRecompressorOptions> = {}) {
  const finished = new FinishedLayers();
  const recompressor = new LayerRecompressor({
    registry,
    layers,
    policy,
    maxLayerBytes: MAX,
    cores: 2,
    finished,
    ...more,
  });
  return async (tag: string) => {
    layers.calls.length = 0;
    registry.calls.length = 0;
    const outcomes = await repair(registry, { repository: 'team/app', tag }, policy, recompressor);
    expect(outcomes).toHaveLength(1);
    return outcomes[0];
  };
}

const companionOf = ({ registry }: LayeredRepository, tag: string) => registry.read(`${tag}-dockerv2`) as DockerImage;
const tarsOf = (repository: LayeredRepository, tag: string) =>
  companionOf(repository, tag).layers.map(({ digest, size }) => {
    const bytes = repository.layers.blobs.get(digest);
    expect(bytes).toHaveLength(size);
    return digestOf(gunzipSync(bytes ?? ''));
  });

describe('an image', () => {
  test('with zstd, plain and gzip layers becomes gzip throughout; those that were gzip stay as they are', async () => {
    const repository = new LayeredRepository();
    const tars = [tarOf('zstd'), tarOf('gzip'), tarOf('plain')] as const;
    const { config } = repository.push('v1', [
      [tars[0], OCI.zstd],
      [tars[1], OCI.gzip],
      [tars[2], OCI.tar],
    ]);
    const outcome = await processOf(repository)('v1');
    expect(outcome).toMatchObject({ outcome: 'converted', recompressed: { layers: 2, seconds: 0 } });
    const companion = companionOf(repository, 'v1');
    expect(companion.config.digest).toBe(config);
    expect(companion.layers.map(({ mediaType }) => mediaType)).toEqual([DOCKER.gzip, DOCKER.gzip, DOCKER.gzip]);
    expect(companion.layers[1]).toMatchObject({ digest: sourceLayers(repository, 'v1')[1]?.digest });
    expect(tarsOf(repository, 'v1')).toEqual(tars.map(digestOf));
    expect(repository.layers.calls.filter((call) => call === 'upload')).toHaveLength(2);
  });

  test('the outcome counts the compressed bytes that were read', async () => {
    const repository = new LayeredRepository();
    repository.push('v1', [[tarOf('a', 5_000), OCI.tar]]);
    const seen = { begun: 0, read: 0 };
    const observer = {
      begin: (bytes: number) => {
        seen.begun += bytes;
      },
      read: (bytes: number) => {
        seen.read += bytes;
      },
    };
    const outcome = await processOf(repository, { observer })('v1');
    expect(outcome).toMatchObject({ recompressed: { layers: 1, bytes: 5_000 } });
    expect(seen).toEqual({ begun: 5_000, read: 5_000 });
  });

  test('that has a layer twice gets it recompressed once', async () => {
    const repository = new LayeredRepository();
    repository.push('v1', [
      [tarOf('same'), OCI.zstd],
      [tarOf('other'), OCI.zstd],
      [tarOf('same'), OCI.zstd],
    ]);
    expect(await processOf(repository)('v1')).toMatchObject({ recompressed: { layers: 2 } });
    expect(tarsOf(repository, 'v1')).toEqual([tarOf('same'), tarOf('other'), tarOf('same')].map(digestOf));
  });

  test.each([
    [1, 2],
    [2, 4],
    [3, 6],
    [16, 8],
  ])('on %i cores: %i layers at a time', async (cores, atATime) => {
    const repository = new LayeredRepository();
    repository.push(
      'v1',
      [...'abcdefghij'].map((name) => [tarOf(name), OCI.tar]),
    );
    // So that the reads are under way together.
    repository.layers.beforeRead = () => new Promise(setImmediate);
    await processOf(repository, { cores })('v1');
    expect(repository.layers.mostReading).toBe(atATime);
  });
});

describe('refused, with nothing put', () => {
  test.each([
    ['content that is not what the config says', { diffIds: [digestOf(tarOf('other'))] }, 'layer-content-mismatch'],
    ['another number of diff_ids than layers', { diffIds: [] }, 'diff-ids-mismatch'],
  ])('%s', async (_, more, reason) => {
    const repository = new LayeredRepository();
    repository.push('v1', [[tarOf('a'), OCI.zstd]], more);
    const outcome = await processOf(repository)('v1');
    expect(outcome).toMatchObject({ outcome: 'refused', reason, companion: { tag: 'v1-dockerv2' } });
    expect(repository.registry.tags.has('v1-dockerv2')).toBe(false);
  });

  test('a tar that is larger than the limit, as soon as that shows', async () => {
    const repository = new LayeredRepository();
    repository.push('v1', [[tarOf('bomb', MAX + 1), OCI.zstd]]);
    expect(await processOf(repository)('v1')).toMatchObject({ outcome: 'refused', reason: 'layer-too-large' });
  });

  test('an image that takes too long, with how far it came', async () => {
    const repository = new LayeredRepository();
    repository.push('v1', [[tarOf('slow', 5_000), OCI.tar]]);
    let chunks = 0;
    const abort = Promise.withResolvers<void>();
    repository.layers.beforeRead = () => (++chunks > 2 ? abort.promise : undefined);
    // The limit comes while the third chunk is waited for, which then ends as an aborted connection does.
    const limit = setTimeout(() => abort.reject(new Error('aborted')), 50);
    const outcome = await processOf(repository, { limitMs: 20 })('v1');
    clearTimeout(limit);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      reason: 'layer-too-large',
      detail: 'after 0 seconds, these bytes were recompressed: 2000 of 5000 of $.layers[0]',
    });
  });

  test('a config that does not hash to its digest', async () => {
    const repository = new LayeredRepository();
    const { config } = repository.push('v1', [[tarOf('a'), OCI.zstd]]);
    repository.registry.blobs.set(config, Buffer.from('{}'));
    expect(await processOf(repository)('v1')).toMatchObject({ outcome: 'refused', reason: 'digest-mismatch' });
    expect(repository.layers.calls).toEqual([]);
  });

  test('a repository that opted out is left alone, before a layer is read', async () => {
    const repository = new LayeredRepository();
    repository.push('v1', [[tarOf('a'), OCI.zstd]]);
    repository.registry.optedOut.add('team/app');
    expect(await processOf(repository)('v1')).toMatchObject({ outcome: 'skipped', reason: 'opted-out' });
    expect(repository.layers.calls).toEqual([]);
  });
});

test('an error of one layer ends the others, and is thrown', async () => {
  const repository = new LayeredRepository();
  repository.push(
    'v1',
    ['a', 'b', 'c'].map((name) => [tarOf(name, 100_000), OCI.tar]),
  );
  let reads = 0;
  const broken = new Error('the connection broke');
  repository.layers.beforeRead = () => {
    reads += 1;
    if (reads > 5) throw broken;
  };
  await expect(processOf(repository)('v1')).rejects.toBe(broken);
  expect(repository.layers.reading).toBe(0);
  expect(repository.registry.tags.has('v1-dockerv2')).toBe(false);
});

describe('a layer that was recompressed before', () => {
  /** Two images on one base. */
  function pushTwo() {
    const repository = new LayeredRepository();
    const base = tarOf('base', 50_000);
    repository.push('v1', [
      [base, OCI.zstd],
      [tarOf('app 1'), OCI.gzip],
    ]);
    repository.push('v2', [
      [base, OCI.zstd],
      [tarOf('app 2'), OCI.gzip],
    ]);
    return { repository, base };
  }

  test('is found by the same process in two calls, and not read', async () => {
    const { repository } = pushTwo();
    const run = processOf(repository);
    await run('v1');
    expect(await run('v2')).toMatchObject({ outcome: 'converted', recompressed: { layers: 0, bytes: 0 } });
    expect(repository.layers.calls).toEqual(['available']);
    expect(companionOf(repository, 'v2').layers[0]).toEqual(companionOf(repository, 'v1').layers[0]);
  });

  test('is found by another process in the companions, and uploads nothing', async () => {
    const { repository } = pushTwo();
    await processOf(repository)('v1');
    expect(await processOf(repository)('v2')).toMatchObject({ recompressed: { layers: 0, bytes: 0 } });
    expect(repository.layers.calls).toEqual(['available', 'read']);
    expect(repository.registry.calls).toEqual([
      'readTags v2 v2-dockerv2',
      'isOptedOut',
      'readBlob',
      'listManifests',
      'readManifests 1',
      'readBlob',
      'putManifest v2-dockerv2',
      'readTags v2 v2-dockerv2',
    ]);
  });

  test('is found although its source tag moved on', async () => {
    const repository = new LayeredRepository();
    const base = tarOf('base');
    repository.push('latest', [[base, OCI.zstd]]);
    await processOf(repository)('latest');
    repository.push('latest', [
      [base, OCI.zstd],
      [tarOf('app'), OCI.gzip],
    ]);
    expect(await processOf(repository)('latest')).toMatchObject({ recompressed: { layers: 0 } });
  });

  test('is made again if ECR no longer has it', async () => {
    const { repository } = pushTwo();
    const run = processOf(repository);
    await run('v1');
    repository.layers.blobs.delete(companionOf(repository, 'v1').layers[0]?.digest ?? '');
    expect(await run('v2')).toMatchObject({ recompressed: { layers: 1 } });
    expect(tarsOf(repository, 'v2')).toHaveLength(2);
  });

  test.each([
    ['another content', (base: Uint8Array) => [tarOf('evil', base.length), DOCKER.gzip] as const],
    ['a bomb', () => [tarOf('bomb', MAX + 1), DOCKER.gzip] as const],
    ['no gzip', (base: Uint8Array) => [base, OCI.tar] as const],
    // Node.js reads over them, and Go, which unpacks images, doesn't.
    [
      'zeros after the gzip',
      (base: Uint8Array) => [Buffer.concat([gzipSync(base), Buffer.alloc(10)]), OCI.tar] as const,
    ],
  ])('is not believed of a companion that someone else pushed, with %s', async (_, forged) => {
    const { repository, base } = pushTwo();
    const bytes = forged(base);
    repository.push('v1-dockerv2', [bytes], { manifestType: DOCKER.manifest, diffIds: [digestOf(base)] });
    const stored = repository.registry.manifests.get(repository.registry.tags.get('v1-dockerv2') ?? '');
    // Whatever the bytes are, the manifest calls them gzip.
    const text = new TextDecoder().decode(stored?.bytes).replace(OCI.tar, DOCKER.gzip);
    repository.registry.push(new TextEncoder().encode(text), DOCKER.manifest, 'v1-dockerv2');
    expect(await processOf(repository)('v2')).toMatchObject({ outcome: 'converted', recompressed: { layers: 1 } });
    expect(tarsOf(repository, 'v2')).toEqual([base, tarOf('app 2')].map(digestOf));
  });

  test.each([-1, 1])('is not believed of a companion that says another size, by %i byte', async (more) => {
    const { repository, base } = pushTwo();
    await processOf(repository)('v1');
    const { size = 0, digest } = companionOf(repository, 'v1').layers[0] ?? {};
    const stored = repository.registry.manifests.get(repository.registry.tags.get('v1-dockerv2') ?? '');
    const text = new TextDecoder().decode(stored?.bytes).replace(`"size":${size}`, `"size":${size + more}`);
    repository.registry.push(new TextEncoder().encode(text), DOCKER.manifest, 'v1-dockerv2');
    expect(await processOf(repository)('v2')).toMatchObject({ outcome: 'converted', recompressed: { layers: 1 } });
    expect(tarsOf(repository, 'v2')[0]).toBe(digestOf(base));
    expect(companionOf(repository, 'v2').layers[0]).toMatchObject({ digest, size });
  });

  test.each<readonly [string, string, Error]>([
    ['the list of images', 'listManifests', new RegistryRefusal('access-denied', 'no')],
    ['the config of a companion', 'readBlob', new RegistryRefusal('layers-missing', 'gone')],
  ])('is made again if %s cannot be read', async (_, call, error) => {
    const { repository } = pushTwo();
    await processOf(repository)('v1');
    let calls = 0;
    repository.registry.before = (name) => {
      // The first blob is the config of the image itself.
      if (name === call && (call !== 'readBlob' || ++calls > 1)) throw error;
    };
    expect(await processOf(repository)('v2')).toMatchObject({ outcome: 'converted', recompressed: { layers: 1 } });
  });

  test.each([
    ['it breaks off', new TransientFailure('it broke five times')],
    ['it has fewer bytes than its manifest says', new LayerRefused('layer-corrupt', 'it has 3 bytes')],
  ])('is made again if %s', async (_, error) => {
    const { repository } = pushTwo();
    await processOf(repository)('v1');
    const { digest } = companionOf(repository, 'v1').layers[0] ?? { digest: '' };
    repository.layers.beforeRead = (read) => {
      if (read === digest) throw error;
    };
    expect(await processOf(repository)('v2')).toMatchObject({ outcome: 'converted', recompressed: { layers: 1 } });
  });

  test('an error that may pass brings the message back', async () => {
    const { repository } = pushTwo();
    await processOf(repository)('v1');
    const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    repository.registry.before = (name) => {
      if (name === 'listManifests') throw throttled;
    };
    await expect(processOf(repository)('v2')).rejects.toBe(throttled);
  });

  test('is looked for in the newest companions only, and in no other image', async () => {
    const { repository, base } = pushTwo();
    for (let n = 0; n < 25; n += 1) {
      const { digest } = repository.push(`other${n}-dockerv2`, [[tarOf(`other ${n}`), DOCKER.gzip]], {
        manifestType: DOCKER.manifest,
      });
      repository.registry.pushedAt.set(digest, n + 1);
    }
    repository.push('not-a-companion', [[base, DOCKER.gzip]], { manifestType: DOCKER.manifest });
    expect(await processOf(repository)('v1')).toMatchObject({ recompressed: { layers: 1 } });
    expect(repository.registry.calls.filter((call) => call === 'readBlob')).toHaveLength(1 + 20);
    expect(repository.registry.calls).toContain('readManifests 20');
    repository.registry.pushedAt.set(repository.registry.tags.get('v1-dockerv2') ?? '', 100);
    expect(await processOf(repository)('v2')).toMatchObject({ recompressed: { layers: 0 } });
    expect(repository.registry.calls.filter((call) => call === 'readBlob')).toHaveLength(2);
  });
});

function sourceLayers({ registry }: LayeredRepository, tag: string) {
  return (registry.read(tag) as DockerImage).layers;
}
