import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { buildSync, type Metafile } from 'esbuild';
import { OciImageRemediationStack } from '../lib';

const root = join(__dirname, '..');

/**
 * Synthesizes the stack that `ecr-oci local` runs. Lambda brings the AWS SDK and a laptop does not, so here each function has it inside.
 * @param directory becomes the cloud assembly
 * @returns what the functions contain
 */
export function bundleLocalAccount(directory: string): readonly Metafile[] {
  const app = new App({ outdir: directory });
  new OciImageRemediationStack(app, 'OciImageRemediation');
  app.synth();
  // Notes of the synth, with paths of the machine that it ran on; nobody reads them here.
  for (const file of readdirSync(directory))
    if (/metadata\.json$|^tree\.json$|^validation-report\.json$/.test(file)) rmSync(join(directory, file));
  const functions = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  if (functions.length === 0)
    throw new Error(`${directory} has no asset; expected the function's: run npm run build first`);
  return functions.map((name) => bundleSdk(join(directory, name, 'index.js')));
}

/** From the built function, so that this needs no list of them. */
function bundleSdk(file: string): Metafile {
  return buildSync({
    absWorkingDir: root,
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    nodePaths: [join(root, 'node_modules')],
    bundle: true,
    metafile: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  }).metafile;
}
