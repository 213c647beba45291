import { pipeline } from 'node:stream/promises';
import { isSha256 } from '../digest';
import { type Exchange, methodNotAllowed } from './exchange';
import { RegistryError } from './registry-error';

/** `/v2/<name>/blobs/<digest>`, and `/blob-download/<name>/<digest>`, which replaces ECR's signed URL, from the byte that a range begins with. */
export async function serveBlob(exchange: Exchange): Promise<void> {
  const { registry, response, method, reference: digest } = exchange;
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method, 'blob');
  const repository = registry.get(exchange.repository);
  if (!isSha256(digest)) throw new RegistryError(400, 'DIGEST_INVALID', `'${digest}' is not a sha256 digest`);
  const size = repository.hasBlob(digest) ? registry.blobs.size(digest) : undefined;
  if (size === undefined) {
    const message = `The repository '${repository.name}' has no blob ${digest}`;
    throw new RegistryError(404, 'BLOB_UNKNOWN', message, { digest });
  }
  const start = rangeStart(exchange, size);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': size - start,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {}),
    'docker-content-digest': digest,
  });
  if (method === 'HEAD') response.end();
  else await pipeline(registry.blobs.read(digest, { start }), response);
}

/** Only `bytes=N-`, as a download that broke goes on. Any other form is ignored, as a server may. */
function rangeStart({ request }: Exchange, size: number): number {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  if (start > 0 && start >= size)
    throw new RegistryError(416, 'InvalidRange', `The requested range is not satisfiable: the blob has ${size} bytes`);
  return start;
}
