import { join } from 'node:path';
import { CountingProxy, type Traffic } from '../../support/counting-proxy';
import { EcrServer } from '../../support/ecr-server';
import type { LayerFiles } from './layer-files';
import { must } from './layer-files';
import { type Measured, measureCommand } from './measured';
import { INSECURE_COPY, writeImage } from './skopeo';

export const CLI = join(__dirname, '../../../assets/cli/ecr-oci.js');

/** The local account takes any. */
export const CREDENTIALS = ['AWS_REGION=eu-north-1', 'AWS_ACCESS_KEY_ID=x', 'AWS_SECRET_ACCESS_KEY=x'] as const;

/** Pushes an image of one zstd layer and these gzip layers to a local ECR, and lets `ecr-oci repair --recompress` make its companion. */
export async function measureRepair(
  zstd: LayerFiles,
  gzips: readonly LayerFiles[],
  directory: string,
): Promise<Measured & Traffic> {
  const image = join(directory, 'image');
  await writeImage(zstd, gzips, image);
  const server = await EcrServer.start();
  try {
    await using proxy = await CountingProxy.start(server.host);
    await must('skopeo', ...INSECURE_COPY, `dir:${image}`, `docker://${proxy.host}/app:v1`);
    proxy.take();
    const repair = ['repair', '--recompress', `${proxy.host}/app:v1`, '--endpoint-url', `http://${proxy.host}`];
    const measured = await measureCommand('env', ...CREDENTIALS, process.execPath, CLI, ...repair);
    return { ...measured, ...proxy.take() };
  } finally {
    await server.stop();
  }
}
