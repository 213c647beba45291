import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LocalAccount } from '../../local/account/account';
import { digestOf, type Layer, layerOf } from '../../local/images/blob';
import { imageOf } from '../../local/images/package';
import { synthesize } from '../support/assembly';
import { describeWith, run } from '../support/judges';
import { DOCKER, OCI } from '../support/manifests';

let directory: string;
let account: LocalAccount;
let repository: string;
let assembly: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'recompression-'));
  assembly = synthesize({ recompressLayers: true });
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
  repository = `docker://${account.registryHost}/team/app`;
});
afterAll(async () => {
  await account.stop();
  for (const path of [directory, assembly]) rmSync(path, { recursive: true });
});

const skopeo = (...args: string[]) => run('skopeo', '--insecure-policy', ...args);

/** A layer of these files, compressed by a program that nobody here wrote. */
async function layerBy(
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<Layer> {
  const { bytes: tar, diffId } = await layerOf(files, OCI.tar, 'none');
  const bytes = execFileSync(program, [...args], { input: tar, stdio: ['pipe', 'pipe', 'ignore'] });
  return { mediaType: OCI.zstd, bytes, diffId };
}

/** An OCI layout with one image, for skopeo to push. */
function writeImage(name: string, layers: readonly Layer[]): string {
  const { blobs, top } = imageOf({ layers });
  const layout = join(directory, name);
  mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });
  const texts = [...blobs.map(({ bytes }) => bytes), Buffer.from(top.text)];
  for (const bytes of texts) writeFileSync(join(layout, 'blobs', 'sha256', digestOf(bytes).slice(7)), bytes);
  const manifest = { mediaType: OCI.manifest, digest: digestOf(top.text), size: Buffer.byteLength(top.text) };
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  return `oci:${layout}`;
}

/** Files large enough for several frames, and different each time. */
const files = (name: string, count = 40) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}/${at}`, `${name} ${at} `.repeat(20_000)]));

interface Pulled {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
}

/** What skopeo pulls, and verifies while it does. */
async function pull(
  tag: string,
): Promise<{ readonly manifest: Pulled; readonly tars: readonly string[]; readonly diffIds: readonly string[] }> {
  const pulled = join(directory, `pulled-${tag}`);
  await skopeo('copy', '--src-tls-verify=false', `${repository}:${tag}`, `dir:${pulled}`);
  const read = (digest: string) => readFileSync(join(pulled, digest.slice(7)));
  const manifest: Pulled = JSON.parse(readFileSync(join(pulled, 'manifest.json'), 'utf8'));
  const { rootfs } = JSON.parse(read(manifest.config.digest).toString());
  return {
    manifest,
    tars: manifest.layers.map(({ digest }) => digestOf(gunzipSync(read(digest)))),
    diffIds: rootfs.diff_ids,
  };
}

describeWith(
  'skopeo',
  'zstd',
  'pzstd',
)('an image whose layers zstd, pzstd and gzip made', () => {
  beforeAll(async () => {
    const layers = [
      await layerBy('zstd', ['-19', '-c'], files('base')),
      await layerBy('pzstd', ['-p', '4', '-c'], files('parallel', 100)),
      await layerBy('zstd', ['--long=27', '-c'], files('long')),
      await layerOf(files('app', 3), OCI.gzip),
      await layerOf(files('bazel', 3), OCI.tar, 'none'),
    ];
    await skopeo(
      'copy',
      '--preserve-digests',
      '--dest-tls-verify=false',
      writeImage('mixed', layers),
      `${repository}:mixed`,
    );
    await account.settle();
  });

  test('gets a companion that skopeo pulls whole, with the same files and the same image ID', async () => {
    const source = JSON.parse(await skopeo('inspect', '--raw', '--tls-verify=false', `${repository}:mixed`));
    expect(source.layers.map(({ mediaType }: { mediaType: string }) => mediaType)).toEqual([
      OCI.zstd,
      OCI.zstd,
      OCI.zstd,
      OCI.gzip,
      OCI.tar,
    ]);
    const { manifest, tars, diffIds } = await pull('mixed-dockerv2');
    expect([manifest.mediaType, manifest.config.digest]).toEqual([DOCKER.manifest, source.config.digest]);
    expect(new Set(manifest.layers.map(({ mediaType }) => mediaType))).toEqual(new Set([DOCKER.gzip]));
    expect(tars).toEqual(diffIds);
    expect(manifest.layers[3]?.digest).toBe(source.layers[3].digest);
  });

  describeWith('buildah')('with buildah', () => {
    test('buildah pulls it, and unpacks each layer', async () => {
      const storage = ['root', 'runroot'].map((name) => join(directory, 'storage', name));
      const [root = '', runroot = ''] = storage;
      for (const path of storage) mkdirSync(path, { recursive: true });
      const policy = join(directory, 'policy.json');
      writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
      const buildah = async (...args: string[]) =>
        (await run('buildah', '--storage-driver', 'vfs', '--root', root, '--runroot', runroot, ...args)).trim();
      const image = `${repository}:mixed-dockerv2`;
      const id = await buildah('pull', '--signature-policy', policy, '--tls-verify=false', image);
      const { manifest } = await pull('mixed-dockerv2');
      expect(id).toContain(manifest.config.digest.slice(7));
      await buildah('rmi', '--all', '--force');
    });
  });

  test('skopeo compresses another image with zstd while it pushes, and that gets its companion too', async () => {
    const layers = [await layerOf(files('recompressed'), OCI.gzip)];
    const push = ['--dest-tls-verify=false', '--format', 'oci', '--dest-compress', '--dest-compress-format', 'zstd'];
    await skopeo('copy', ...push, writeImage('gzip', layers), `dir:${join(directory, 'zstd')}`);
    await skopeo('copy', '--dest-tls-verify=false', `dir:${join(directory, 'zstd')}`, `${repository}:by-skopeo`);
    await account.settle();
    const source = JSON.parse(await skopeo('inspect', '--raw', '--tls-verify=false', `${repository}:by-skopeo`));
    expect(source.layers[0].mediaType).toBe(OCI.zstd);
    const { tars, diffIds } = await pull('by-skopeo-dockerv2');
    expect(tars).toEqual(diffIds);
  });
});
