import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { LOCAL_ACCOUNT, LocalEcr } from '../../../local';
import type { LayerFiles } from './layer-files';
import { must } from './layer-files';
import { type Measured, measureCommand } from './measured';
import { INSECURE_COPY, type Traffic, writeImage } from './skopeo';

const CLI = join(__dirname, '../../../assets/cli/ecr-oci.js');

/** Pushes an image of one zstd layer and these gzip layers to a local ECR, and lets `ecr-oci repair --recompress` make its companion. */
export async function measureRepair(
  zstd: LayerFiles,
  gzips: readonly LayerFiles[],
  directory: string,
): Promise<Measured & Traffic> {
  const image = join(directory, 'image');
  await writeImage(zstd, gzips, image);
  const ecr = new LocalEcr({ ...LOCAL_ACCOUNT, blobDirectory: join(directory, 'blobs'), onEvent: () => {} });
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void ecr.handle(request, response, `http://${request.headers.host}`, () => {});
  }).on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bytes = () => [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
  try {
    await must('skopeo', ...INSECURE_COPY, `dir:${image}`, `docker://${host}/app:v1`);
    const [bytesBefore, requestsBefore] = [bytes(), requests];
    const credentials = ['AWS_REGION=eu-north-1', 'AWS_ACCESS_KEY_ID=x', 'AWS_SECRET_ACCESS_KEY=x'];
    const repair = [CLI, 'repair', '--recompress', `${host}/app:v1`, '--endpoint-url', `http://${host}`];
    const measured = await measureCommand('env', ...credentials, process.execPath, ...repair);
    return { ...measured, movedBytes: bytes() - bytesBefore, requests: requests - requestsBefore };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
