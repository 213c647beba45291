import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** One layer in each form. */
export interface LayerFiles {
  readonly tar: string;
  readonly zstd: string;
  readonly gzip: string;
  readonly tarBytes: number;
  readonly diffId: string;
}

export const sizeOf = (path: string): number => statSync(path).size;

/** Runs a program beside this process. @throws Error with what it complains about */
export async function must(program: string, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)(program, args, { timeout: 600_000 });
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

/** Makes layers of the files of a folder, each of the files that follow those of the one before. */
export class LayerMaker {
  readonly #files: readonly string[];
  #next = 0;

  constructor(readonly folder: string) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    this.#files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    if (this.#files.length === 0) throw new Error(`${folder} has no files`);
  }

  /** @param bytes that it has at least */
  async make(bytes: number, path: string): Promise<LayerFiles> {
    const [tar, list] = [`${path}.tar`, `${path}.list`];
    writeFileSync(list, this.#take(bytes).join('\0'));
    await must('tar', '-cf', tar, '-P', '--hard-dereference', '--null', '-T', list);
    const [zstd, gzip] = [`${tar}.zst`, `${tar}.gz`];
    await must('zstd', '-q', tar, '-o', zstd);
    await must('sh', '-c', 'gzip -nc "$0" > "$1"', tar, gzip);
    return { tar, zstd, gzip, tarBytes: sizeOf(tar), diffId: await sha256Of(tar) };
  }

  #take(bytes: number): string[] {
    const taken: string[] = [];
    for (let size = 0; size < bytes; this.#next += 1) {
      const file = this.#files[this.#next % this.#files.length] ?? '';
      size += lstatSync(file).size;
      taken.push(file);
    }
    return taken;
  }
}
