import { pipeline } from 'node:stream/promises';
import { isSha256 } from '../digest';
import type { UploadSession } from '../uploads';
import { type Exchange, methodNotAllowed, repositoryToPush, send } from './exchange';
import { RegistryError } from './registry-error';

const blobCreated = ({ response }: Exchange, repository: string, digest: string) =>
  send(response, 201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });

function progress({ response }: Exchange, session: UploadSession, status: 202 | 204): void {
  response.writeHead(status, {
    location: `/v2/${session.repository}/blobs/uploads/${session.id}`,
    range: `0-${Math.max(0, session.blob.length - 1)}`,
    'docker-upload-uuid': session.id,
    ...(status === 202 ? { 'content-length': 0 } : {}),
  });
  response.end();
}

const receive = ({ request }: Exchange, session: UploadSession): Promise<void> =>
  pipeline(request, (source: AsyncIterable<Buffer>) => session.blob.append(source));

function sessionOf({ registry, repository, reference }: Exchange): UploadSession {
  const session = registry.uploads.find(repository, reference);
  if (session === undefined) {
    throw new RegistryError(404, 'BLOB_UPLOAD_UNKNOWN', `The repository '${repository}' has no upload '${reference}'`);
  }
  if (session.blob.busy) {
    throw new RegistryError(409, 'BLOB_UPLOAD_INVALID', `The upload '${reference}' is still receiving another chunk`);
  }
  return session;
}

async function finish(exchange: Exchange, session: UploadSession): Promise<void> {
  const { registry, query } = exchange;
  const repository = repositoryToPush(exchange);
  const digest = query.get('digest') ?? '';
  if (!isSha256(digest)) {
    await registry.uploads.cancel(session);
    throw new RegistryError(400, 'DIGEST_INVALID', `'${digest}' is not a sha256 digest`);
  }
  await receive(exchange, session);
  const computed = session.blob.digest;
  if (!(await registry.uploads.complete(session, digest))) {
    throw new RegistryError(400, 'DIGEST_INVALID', `The blob has digest ${computed}, not ${digest}`);
  }
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
  const session = registry.uploads.begin(repository.name);
  return query.has('digest') ? finish(exchange, session) : progress(exchange, session, 202);
}

async function append(exchange: Exchange, session: UploadSession): Promise<void> {
  const start = /^(?:bytes )?(\d+)-\d+/.exec(exchange.request.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== session.blob.length) {
    throw new RegistryError(416, 'BLOB_UPLOAD_INVALID', `The next chunk must start at byte ${session.blob.length}`);
  }
  await receive(exchange, session);
  progress(exchange, session, 202);
}

/** `/v2/<name>/blobs/uploads/<id>` */
export async function serveUpload(exchange: Exchange): Promise<void> {
  const session = sessionOf(exchange);
  const { method } = exchange;
  if (method === 'PATCH') return append(exchange, session);
  if (method === 'PUT') return finish(exchange, session);
  if (method === 'GET') return progress(exchange, session, 204);
  if (method !== 'DELETE') throw methodNotAllowed(method, 'upload');
  await exchange.registry.uploads.cancel(session);
  exchange.response.writeHead(204).end();
}
