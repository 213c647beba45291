import { spawnSync } from 'node:child_process';
import { createReadStream, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planRecompression, recompressedManifest } from '../../../../lambda/core/layers/plan';
import { readManifest } from '../../../../lambda/core/manifest/manifest';
import { layerOf } from '../../../../local/images/blob';
import { describeWith, run } from '../../../support/judges';
import { type Recompressed, recompressed, sha256, skippableFrame } from '../../../support/layers';
import { bytesOf, OCI } from '../../../support/manifests';

let directory: string;
let tar: Uint8Array;
const path = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'layers-'));
  const lines = Array.from({ length: 20_000 }, (_, n) => `${n} `).join('');
  tar = (await layerOf({ 'etc/numbers': lines, 'etc/empty': '' }, OCI.tar, 'none')).bytes;
  writeFileSync(path('layer.tar'), tar);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a program writes to its standard output. */
function output(program: string, ...args: string[]): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, args, { maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error ?? stderr}`);
  return stdout;
}

describeWith(
  'zstd',
  'pzstd',
  'gzip',
  'tar',
)('files that others wrote', () => {
  const zstd = (...flags: string[]) => output('zstd', '-c', ...flags, path('layer.tar'));
  const pieces = () => {
    writeFileSync(path('first'), tar.subarray(0, 5_000));
    writeFileSync(path('second'), tar.subarray(5_000));
    return ['first', 'second'].map((name) => output('zstd', '-c', path(name)));
  };

  test.each<[string, () => Uint8Array]>([
    ['zstd', () => zstd()],
    ['zstd --long=27', () => zstd('--long=27')],
    ['zstd --ultra -22', () => zstd('--ultra', '-22')],
    ['zstd --fast without a checksum', () => zstd('--fast', '--no-check')],
    ['zstd from a pipe', () => spawnSync('zstd', ['-c'], { input: tar }).stdout],
    ['pzstd', () => output('pzstd', '-q', '-p', '4', '-c', path('layer.tar'))],
    ['zstd, one file after the other', () => Buffer.concat(pieces())],
    [
      'zstd, with a table of contents, as zstd:chunked',
      () => Buffer.concat([...pieces(), skippableFrame(Buffer.from('{}'), 13)]),
    ],
  ])('%s: gzip and tar unpack the same files', async (_, blob) => {
    const bytes = blob();
    writeFileSync(path('layer.zst'), bytes);
    expect(sha256(output('zstd', '-dc', '--long=27', path('layer.zst')))).toBe(sha256(tar));
    const made = await recompressed(createReadStream(path('layer.zst'), { highWaterMark: 1000 }), {
      diffId: sha256(tar),
    });
    writeFileSync(path('layer.tar.gz'), made.gzip);
    expect(sha256(output('gzip', '-dc', path('layer.tar.gz')))).toBe(sha256(tar));
    expect(`${output('tar', '-tzf', path('layer.tar.gz'))}`).toBe('etc/numbers\netc/empty\n');
  });

  test('a window of more than 128 MiB is refused here, as zstd itself does', async () => {
    // From a pipe, the window is what is asked for, and not what the file needs.
    const { stdout } = spawnSync('zstd', ['-c', '--ultra', '--long=28'], { input: tar });
    expect(spawnSync('zstd', ['-dc'], { input: stdout }).status).not.toBe(0);
    writeFileSync(path('long.zst'), stdout);
    await expect(recompressed(createReadStream(path('long.zst')), { diffId: sha256(tar) })).rejects.toMatchObject({
      reason: 'layer-too-large',
    });
  });
});

describeWith('skopeo')('an image whose layers skopeo compressed with zstd', () => {
  /** Where `dir:` keeps a blob. */
  const blobIn = (image: string, digest: string) => join(path(image), digest.replace('sha256:', ''));
  const write = (image: string, bytes: Uint8Array) => writeFileSync(blobIn(image, sha256(bytes)), bytes);
  const descriptorOf = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: sha256(bytes),
    size: bytes.length,
  });

  test('is one that skopeo unpacks, with the same tar and the same config', async () => {
    const skopeo = (...args: string[]) => run('skopeo', '--insecure-policy', 'copy', '-q', ...args);
    const config = bytesOf({
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    });
    for (const image of ['plain', 'companion']) {
      mkdirSync(path(image));
      writeFileSync(join(path(image), 'version'), 'Directory Transport Version: 1.1\n');
      write(image, config);
    }
    write('plain', tar);
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI.manifest,
      config: descriptorOf(OCI.config, config),
      layers: [descriptorOf(OCI.tar, tar)],
    };
    writeFileSync(join(path('plain'), 'manifest.json'), JSON.stringify(manifest));
    await skopeo('--dest-compress', '--dest-compress-format', 'zstd', `dir:${path('plain')}`, `dir:${path('source')}`);

    const source = readManifest(readFileSync(join(path('source'), 'manifest.json')));
    if (!('layers' in source)) throw new Error('expected an image');
    expect(source.layers[0]?.mediaType).toBe(OCI.zstd);
    const plan = planRecompression(source, config);
    if ('reason' in plan) throw new Error(plan.detail);
    const made = new Map<number, Recompressed['layer']>();
    for (const { index, descriptor, compression, diffId } of plan) {
      const { layer, gzip } = await recompressed(createReadStream(blobIn('source', descriptor.digest)), {
        compression,
        diffId,
      });
      write('companion', gzip);
      made.set(index, layer);
    }
    writeFileSync(join(path('companion'), 'manifest.json'), recompressedManifest(source, made));

    // Reading by skopeo verifies each blob, and an archive has the tars.
    await skopeo(`dir:${path('companion')}`, `docker-archive:${path('archive.tar')}`);
    mkdirSync(path('archive'));
    output('tar', '-xf', path('archive.tar'), '-C', path('archive'));
    const [{ Config, Layers }] = JSON.parse(readFileSync(join(path('archive'), 'manifest.json'), 'utf8'));
    expect(sha256(readFileSync(join(path('archive'), Config)))).toBe(sha256(config));
    expect(Layers.map((layer: string) => sha256(readFileSync(join(path('archive'), layer))))).toEqual([sha256(tar)]);
    expect(globSync('*.tar', { cwd: path('archive') })).toHaveLength(1);
  });
});
