import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import { OciImageRemediationStack } from '../lib';

/**
 * Synthesizes the stack that `ecr-oci local` runs. Lambda brings the AWS SDK and a laptop does not, so here the function has it inside.
 * @param directory becomes the cloud assembly
 */
export function bundleLocalAccount(directory: string): void {
  const app = new App({ outdir: directory });
  new OciImageRemediationStack(app, 'OciImageRemediation');
  app.synth();
  // Notes of the synth, with paths of the machine that it ran on; nobody reads them here.
  for (const file of readdirSync(directory))
    if (/metadata\.json$|^tree\.json$|^validation-report\.json$/.test(file)) rmSync(join(directory, file));
  const [asset] = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  if (!asset) throw new Error(`${directory} has no asset; expected the function's: run npm run build first`);
  buildSync({
    absWorkingDir: join(__dirname, '..'),
    entryPoints: ['lambda/remediate.ts'],
    outfile: join(directory, asset, 'index.js'),
    allowOverwrite: true,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
}
