import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { startDistribution } from '../../support/distribution';
import { OCI } from '../../support/manifests';
import { type LayerFiles, must, sha256Of, sizeOf } from './layer-files';
import { type Measured, measureCommand } from './measured';

const FORCE = '--dest-force-compress-format';

export interface SkopeoResult extends Measured {
  /** How it was done, which depends on the version. */
  readonly how: string;
  /** Between it and the registry, both ways. */
  readonly movedBytes: number;
}

/** A registry behind a counter of bytes. */
class CountedRegistry implements AsyncDisposable {
  bytes = 0;
  private constructor(
    readonly host: string,
    private readonly stop: () => void,
  ) {}

  static async start(directory: string): Promise<CountedRegistry> {
    const distribution = await startDistribution(directory);
    const [, port] = distribution.host.split(':');
    const proxy: Server = createServer((client) => {
      const server = connect(Number(port), '127.0.0.1');
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        from.on('data', (bytes) => {
          registry.bytes += bytes.length;
        });
        from.on('error', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    if (typeof address !== 'object' || !address) throw new Error('expected the counter to have a port');
    const registry = new CountedRegistry(`127.0.0.1:${address.port}`, () => {
      proxy.close();
      distribution.process.kill();
    });
    return registry;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }
}

/** Pushes an image of one zstd layer and these gzip layers, and lets skopeo make its companion in the same repository. */
export async function measureSkopeo(
  zstd: LayerFiles,
  gzips: readonly LayerFiles[],
  directory: string,
): Promise<SkopeoResult> {
  const image = join(directory, 'image');
  await writeImage(zstd, gzips, image);
  await using registry = await CountedRegistry.start(directory);
  const source = `docker://${registry.host}/app:v1`;
  // Under another name, or skopeo 1.9 remembers that this registry has the layer as zstd, and fails to use that.
  const companion = `docker://${registry.host.replace('127.0.0.1', 'localhost')}/app:v1-dockerv2`;
  const copy = ['--insecure-policy', 'copy', '-q', '--src-tls-verify=false', '--dest-tls-verify=false'];
  await must('skopeo', ...copy, `dir:${image}`, source);
  registry.bytes = 0;
  const toDocker = ['--format', 'v2s2', '--dest-compress-format', 'gzip'];
  if (spawnSync('skopeo', ['copy', '--help'], { encoding: 'utf8' }).stdout.includes(FORCE)) {
    const measured = await measureCommand('skopeo', ...copy, ...toDocker, FORCE, source, companion);
    return { ...measured, how: 'skopeo copy', movedBytes: registry.bytes };
  }
  // Older versions do not compress again what is compressed: they need the tars on disk in between.
  const tars = `dir:${join(directory, 'tars')}`;
  const script = 'skopeo "$@" --dest-decompress "$source" "$tars" && skopeo "$@" $flags "$tars" "$companion"';
  const environment = [`source=${source}`, `tars=${tars}`, `companion=${companion}`, `flags=${toDocker.join(' ')}`];
  const measured = await measureCommand('env', ...environment, 'sh', '-c', script, 'sh', ...copy);
  return { ...measured, how: 'skopeo copy, twice', movedBytes: registry.bytes };
}

async function writeImage(zstd: LayerFiles, gzips: readonly LayerFiles[], image: string): Promise<void> {
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
