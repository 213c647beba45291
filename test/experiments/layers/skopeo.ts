import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CountingProxy, type Traffic } from '../../support/counting-proxy';
import { startDistribution } from '../../support/distribution';
import { OCI } from '../../support/manifests';
import { type LayerFiles, must, sha256Of, sizeOf } from './layer-files';
import { type Measured, measureCommand } from './measured';

const FORCE = '--dest-force-compress-format';

export interface SkopeoResult extends Measured, Traffic {
  /** How it was done, which depends on the version. */
  readonly how: string;
}

export const INSECURE_COPY = [
  '--insecure-policy',
  'copy',
  '-q',
  '--src-tls-verify=false',
  '--dest-tls-verify=false',
] as const;

/** Pushes an image of one zstd layer and these gzip layers, and lets skopeo make its companion in the same repository. */
export async function measureSkopeo(
  zstd: LayerFiles,
  gzips: readonly LayerFiles[],
  directory: string,
): Promise<SkopeoResult> {
  const image = join(directory, 'image');
  await writeImage(zstd, gzips, image);
  const distribution = await startDistribution(directory);
  using _ = { [Symbol.dispose]: () => void distribution.process.kill() };
  await using registry = await CountingProxy.start(distribution.host);
  const source = `docker://${registry.host}/app:v1`;
  // Under another name, or skopeo 1.9 remembers that this registry has the layer as zstd, and fails to use that.
  const companion = `docker://${registry.host.replace('127.0.0.1', 'localhost')}/app:v1-dockerv2`;
  await must('skopeo', ...INSECURE_COPY, `dir:${image}`, source);
  registry.take();
  const toDocker = ['--format', 'v2s2', '--dest-compress-format', 'gzip'];
  if (spawnSync('skopeo', ['copy', '--help'], { encoding: 'utf8' }).stdout.includes(FORCE)) {
    const measured = await measureCommand('skopeo', ...INSECURE_COPY, ...toDocker, FORCE, source, companion);
    return { ...measured, how: 'skopeo copy', ...registry.take() };
  }
  // Older versions do not compress again what is compressed: they need the tars on disk in between.
  const tars = `dir:${join(directory, 'tars')}`;
  const script = 'skopeo "$@" --dest-decompress "$source" "$tars" && skopeo "$@" $flags "$tars" "$companion"';
  const environment = [`source=${source}`, `tars=${tars}`, `companion=${companion}`, `flags=${toDocker.join(' ')}`];
  const measured = await measureCommand('env', ...environment, 'sh', '-c', script, 'sh', ...INSECURE_COPY);
  return { ...measured, how: 'skopeo copy, twice', ...registry.take() };
}

export async function writeImage(zstd: LayerFiles, gzips: readonly LayerFiles[], image: string): Promise<void> {
  mkdirSync(image);
  const config = join(image, 'config');
  const rootfs = { type: 'layers', diff_ids: [zstd, ...gzips].map(({ diffId }) => diffId) };
  writeFileSync(config, JSON.stringify({ os: 'linux', architecture: 'amd64', config: {}, rootfs }));
  const blob = async (mediaType: string, path: string) => {
    const digest = await sha256Of(path);
    cpSync(path, join(image, digest.replace('sha256:', '')));
    return { mediaType, digest, size: sizeOf(path) };
  };
  const layers = [await blob(OCI.zstd, zstd.zstd)];
  for (const { gzip } of gzips) layers.push(await blob(OCI.gzip, gzip));
  const manifest = { schemaVersion: 2, mediaType: OCI.manifest, config: await blob(OCI.config, config), layers };
  writeFileSync(join(image, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(image, 'version'), 'Directory Transport Version: 1.1\n');
}
