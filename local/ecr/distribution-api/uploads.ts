import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { BlobUpload } from '../blob-store';
import { type Exchange, methodNotAllowed, repositoryToPush, send } from './exchange';
import { RegistryError } from './registry-error';

const blobCreated = ({ response }: Exchange, repository: string, digest: string) =>
  send(response, 201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });

const progress = ({ response }: Exchange, location: string, { length }: BlobUpload): void =>
  send(response, 202, { location, range: `0-${Math.max(0, length - 1)}`, 'docker-upload-uuid': location.slice(-36) });

const receive = ({ request }: Exchange, upload: BlobUpload): Promise<void> =>
  pipeline(request, (source: AsyncIterable<Buffer>) => upload.append(source));

async function finish(exchange: Exchange, upload: BlobUpload): Promise<void> {
  const { registry, query } = exchange;
  const repository = repositoryToPush(exchange);
  const digest = query.get('digest') ?? '';
  await receive(exchange, upload);
  const computed = upload.digest;
  if (!(await registry.blobs.commit(upload, digest)))
    throw new RegistryError(400, 'DIGEST_INVALID', `The blob has digest ${computed}, not ${digest}`);
  repository.addBlob(digest);
  blobCreated(exchange, repository.name, digest);
}

/** `POST /v2/<name>/blobs/uploads/`: a mount, a blob in one request, or the start of an upload. */
export async function beginUpload(exchange: Exchange): Promise<void> {
  const { registry, method, query } = exchange;
  if (method !== 'POST') throw methodNotAllowed(method, 'new upload');
  const repository = repositoryToPush(exchange);
  const mount = query.get('mount') ?? '';
  if (registry.find(query.get('from') ?? '')?.hasBlob(mount)) {
    repository.addBlob(mount);
    return blobCreated(exchange, repository.name, mount);
  }
  const upload = registry.blobs.begin();
  if (query.has('digest')) return finish(exchange, upload);
  const location = `/v2/${repository.name}/blobs/uploads/${randomUUID()}`;
  registry.uploads.set(location, upload);
  progress(exchange, location, upload);
}

/** `/v2/<name>/blobs/uploads/<id>`: the next chunk, or the last one. A client that hung up halfway has to begin again. */
export async function serveUpload(exchange: Exchange): Promise<void> {
  const { method, registry, repository, reference } = exchange;
  const location = `/v2/${repository}/blobs/uploads/${reference}`;
  const upload = registry.uploads.get(location);
  if (!upload)
    throw new RegistryError(404, 'BLOB_UPLOAD_UNKNOWN', `The repository '${repository}' has no upload '${reference}'`);
  if (method === 'PUT' && registry.uploads.delete(location)) return finish(exchange, upload);
  if (method !== 'PATCH') throw methodNotAllowed(method, 'upload');
  await receive(exchange, upload);
  progress(exchange, location, upload);
}
