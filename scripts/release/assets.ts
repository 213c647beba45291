import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Sbom, sboms } from './sbom';

export const CHECKSUMS = 'SHA256SUMS';

/**
 * Gathers what a release consists of, beside the packages of other languages.
 * @param files paths from the root; those that were not built are left out
 * @returns the names of the files in the directory
 */
export function gatherAssets(root: string, directory: string, files: readonly string[]): readonly string[] {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const file of files)
    if (existsSync(join(root, file))) copyFileSync(join(root, file), join(directory, basename(file)));
  for (const [name, sbom] of Object.entries(sboms(root)) as [string, Sbom][])
    writeFileSync(join(directory, `${name}.cdx.json`), `${JSON.stringify(sbom, null, 2)}\n`);
  writeFileSync(join(directory, CHECKSUMS), checksumsOf(directory));
  return readdirSync(directory).sort();
}

/** In the format of `sha256sum --check`. */
export const checksumsOf = (directory: string): string =>
  readdirSync(directory)
    .filter((name) => name !== CHECKSUMS)
    .sort()
    .map((name) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex');
      return `${digest}  ${name}\n`;
    })
    .join('');
