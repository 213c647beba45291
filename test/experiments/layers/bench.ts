import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledChild } from '../../support/bundled-child';
import type { Job, JobResult } from './child';
import { type LayerFiles, LayerMaker, sizeOf } from './layer-files';
import { type Bench, ROWS, type Rows } from './rows';

export interface LayersOptions {
  /** Of the large layer; the ten of the image have a tenth each. */
  readonly megabytes: number;
  /** The folder of what the layers are made of. @default node_modules */
  readonly files?: string;
  /** Of gzip. @default 4, the function's */
  readonly level?: number;
  readonly rounds?: number;
  readonly progress: (line: string) => void;
}

export const FILES = join(__dirname, '../../../node_modules');

/** Measures each row once a round. */
export async function measureLayers(options: LayersOptions): Promise<readonly Rows[]> {
  const { megabytes, files = FILES, level = 4, rounds = 1, progress } = options;
  const directory = mkdtempSync(join(tmpdir(), 'bench-layers-'));
  try {
    progress('making the layers ...');
    const maker = new LayerMaker(files);
    const large = await maker.make(megabytes * 1e6, join(directory, 'large'));
    const image: LayerFiles[] = [];
    for (let n = 0; n < 10; n += 1) image.push(await maker.make(megabytes * 1e5, join(directory, `layer${n}`)));
    // The layer of middle size comes first, and stands for all that are zstd.
    image.sort((one, other) => sizeOf(one.gzip) - sizeOf(other.gzip));
    const [zstd] = image.splice(5, 1);
    if (!zstd) throw new Error('no layer was made');
    const recompress = bundledChild<Job, JobResult>(join(__dirname, 'child.ts'), directory);
    const bench: Bench = { level, directory, large, image: [zstd, ...image], recompress };
    const measured: Rows[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const rows: [string, unknown][] = [];
      for (const [name, measure] of Object.entries(ROWS)) {
        progress(`${name} ...`);
        rows.push([name, await measure(bench)]);
      }
      measured.push(Object.fromEntries(rows) as Rows);
    }
    return measured;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
