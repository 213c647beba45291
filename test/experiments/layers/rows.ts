import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { layersAtATime } from '../../../lambda/recompress-image';
import type { bundledChild, ChildOptions } from '../../support/bundled-child';
import type { Job, JobResult } from './child';
import { type LayerFiles, sizeOf } from './layer-files';
import { type Measured, measureCommand } from './measured';
import { measureRepair } from './repair';
import { measureSkopeo } from './skopeo';

/** One way to recompress a layer, several, or an image. */
export interface Row extends Measured {
  readonly what: string;
  readonly tarBytes: number;
  readonly gzipBytes?: number;
  readonly mainThreadSeconds?: number;
  /** From and to a registry. */
  readonly movedBytes?: number;
  readonly requests?: number;
}

export interface Bench {
  readonly level: number;
  readonly directory: string;
  readonly large: LayerFiles;
  /** Of an image: the first one as zstd, the others as gzip. */
  readonly image: readonly [LayerFiles, ...LayerFiles[]];
  readonly recompress: ReturnType<typeof bundledChild<Job, JobResult>>;
}

type Compression = 'zstd' | 'none';
const blobOf = (layer: LayerFiles, compression: Compression) => ({
  path: compression === 'zstd' ? layer.zstd : layer.tar,
  compression,
  diffId: layer.diffId,
});

async function ours(
  bench: Bench,
  what: string,
  layers: readonly LayerFiles[],
  compression: Compression,
  how: Pick<Job, 'parallel'> & ChildOptions = { parallel: 1 },
) {
  const blobs = layers.map((layer) => blobOf(layer, compression));
  const { parallel, ...options } = how;
  const result = await bench.recompress({ blobs, level: bench.level, parallel }, options);
  const downloaded = blobs.reduce((sum, { path }) => sum + sizeOf(path), 0);
  return { what, ...result, movedBytes: downloaded + result.gzipBytes };
}

function fourLayers(bench: Bench, cores: readonly string[]) {
  const parallel = layersAtATime(cores.length);
  const what = `4 zstd layers, ${parallel} at a time, ${cores.length === 1 ? '1 core' : `${cores.length} cores`}: ours`;
  return ours(bench, what, bench.image.slice(0, 4), 'zstd', { parallel, cores: cores.join(',') });
}

async function pipe({ large, level, directory }: Bench, what: string, script: string): Promise<Row> {
  const output = `${directory}/pipe.gz`;
  const measured = await measureCommand(
    'env',
    `level=-${level}`,
    'sh',
    '-c',
    script,
    'sh',
    large.zstd,
    large.tar,
    output,
  );
  return { what, tarBytes: large.tarBytes, gzipBytes: sizeOf(output), ...measured };
}

async function skopeo({ directory }: Bench, what: string, [zstd, ...gzips]: Bench['image']): Promise<Row> {
  const { how, ...measured } = await measureSkopeo(zstd, gzips, mkdtempSync(join(directory, 'skopeo-')));
  return {
    what: `${what}: ${how}`,
    tarBytes: [zstd, ...gzips].reduce((sum, { tarBytes }) => sum + tarBytes, 0),
    ...measured,
  };
}

/** Each row with its name, which the goals ask for. */
export const ROWS = {
  zstd: (bench: Bench) => ours(bench, 'zstd layer: ours', [bench.large], 'zstd'),
  zstdPipe: (bench: Bench) =>
    pipe(bench, `zstd layer: zstd -dc | gzip -${bench.level}`, 'zstd -dc "$1" | gzip -n "$level" > "$3"'),
  zstdSkopeo: (bench: Bench) => skopeo(bench, 'zstd layer', [bench.large]),
  tar: (bench: Bench) => ours(bench, 'plain tar: ours', [bench.large], 'none'),
  tarPipe: (bench: Bench) => pipe(bench, `plain tar: gzip -${bench.level}`, 'gzip -nc "$level" "$2" > "$3"'),
  /** What the machine gives to two processes that have nothing in common. */
  gzipTwice: async (bench: Bench) => ({
    ...(await pipe(
      bench,
      `2 plain tars at a time: gzip -${bench.level}`,
      'gzip -nc "$level" "$2" > "$3" & gzip -nc "$level" "$2" > "$3.2"; wait',
    )),
    tarBytes: 2 * bench.large.tarBytes,
  }),
  oneCore: (bench: Bench) => fourLayers(bench, ['0']),
  twoCores: (bench: Bench) => fourLayers(bench, ['0', '1']),
  image: async ({ image: [zstd, ...gzips], directory }: Bench) => ({
    what: 'image, 1 zstd and 9 gzip layers: ecr-oci repair',
    tarBytes: zstd.tarBytes,
    ...(await measureRepair(zstd, gzips, mkdtempSync(join(directory, 'repair-')))),
  }),
  imageSkopeo: (bench: Bench) => skopeo(bench, 'image, 1 zstd and 9 gzip layers', bench.image),
} satisfies Record<string, (bench: Bench) => Promise<Row>>;

export type Rows = Readonly<Record<keyof typeof ROWS, Row>>;
