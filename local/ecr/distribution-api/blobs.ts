import { pipeline } from 'node:stream/promises';
import { isSha256 } from '../digest';
import { type Exchange, methodNotAllowed } from './exchange';
import { RegistryError } from './registry-error';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** One range is enough for resumed downloads; anything else in the header is ignored, as RFC 9110 §14.2 allows. */
function rangeOf(header: string | undefined, size: number): Range | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size - 1 }
      : { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
  if (range.start <= range.end) return range;
  throw new RegistryError(416, 'SIZE_INVALID', `The range '${header}' is not within the ${size} bytes of the blob`);
}

/** `/v2/<name>/blobs/<digest>`, and `/blob-download/<name>/<digest>`, which stands for the signed URL. */
export async function serveBlob(exchange: Exchange): Promise<void> {
  const { registry, request, response, method, reference: digest } = exchange;
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method, 'blob');
  const repository = registry.get(exchange.repository);
  if (!isSha256(digest)) throw new RegistryError(400, 'DIGEST_INVALID', `'${digest}' is not a sha256 digest`);
  const size = repository.hasBlob(digest) ? registry.blobs.size(digest) : undefined;
  if (size === undefined) {
    throw new RegistryError(404, 'BLOB_UNKNOWN', `The repository '${repository.name}' has no blob ${digest}`, {
      digest,
    });
  }
  const range = rangeOf(request.headers.range, size);
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': range === undefined ? size : range.end - range.start + 1,
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
  });
  if (method === 'HEAD') response.end();
  else await pipeline(registry.blobs.read(digest, range), response);
}
