import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';

const root = join(__dirname, '..');

/**
 * Bundles the CLI with all that it imports into `directory/ecr-oci.js`, so that installing it installs nothing else.
 * @returns the path of the file, which `node` runs, and what it contains
 */
export function bundleCli(directory: string): { readonly file: string; readonly metafile: Metafile } {
  mkdirSync(join(directory, 'browser'), { recursive: true });
  const file = join(directory, 'ecr-oci.js');
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: ['bin/ecr-oci.ts'],
    outfile: file,
    bundle: true,
    metafile: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    // What package.json says of engines.
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  chmodSync(file, 0o755);
  // `ecr-oci scan --html` writes it into the page.
  copyFileSync(join(root, 'bin/commands/scan/report/browser/page.js'), join(directory, 'browser/page.js'));
  // `ecr-oci local` forks it: the function runs in a process of its own.
  copyFileSync(join(root, 'local/lambda/bootstrap.cjs'), join(directory, 'bootstrap.cjs'));
  return { file, metafile };
}
