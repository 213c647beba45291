import { readBody } from '../../aws/http-body';
import { deleteImage } from '../delete-image';
import { isSha256 } from '../digest';
import { imageNotFound, imageTagAlreadyExists } from '../errors';
import { isTag } from '../names';
import { pullImage } from '../pull-image';
import { putImage } from '../put-image';
import { isTagMutable } from '../tag-mutability';
import { type Exchange, methodNotAllowed, repositoryToPush, send } from './exchange';
import { RegistryError } from './registry-error';

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

type Reference = { readonly digest: string; readonly tag?: never } | { readonly tag: string; readonly digest?: never };

function referenceOf({ reference }: Exchange): Reference {
  if (reference.includes(':')) {
    if (isSha256(reference)) return { digest: reference };
    throw new RegistryError(400, 'DIGEST_INVALID', `'${reference}' is not a sha256 digest`);
  }
  if (isTag(reference)) return { tag: reference };
  throw new RegistryError(400, 'TAG_INVALID', `'${reference}' is not a tag`);
}

/** No Accept header, and any wildcard in it, accepts everything. https://www.rfc-editor.org/rfc/rfc9110#field.accept */
function acceptedBy(header: string | undefined): (mediaType: string) => boolean {
  const ranges = (header ?? '*/*').split(',').map((range) => range.split(';')[0]?.trim() ?? '');
  const all = ranges.includes('*/*') || ranges.includes('application/*');
  return (mediaType) => all || ranges.includes(mediaType);
}

/** An archived image is not found either: https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html . A HEAD counts as a pull, too. */
function get(exchange: Exchange): void {
  const { registry, request } = exchange;
  const repository = registry.get(exchange.repository);
  const { tag: imageTag, digest: imageDigest } = referenceOf(exchange);
  const pull = pullImage(registry, repository, { imageTag, imageDigest }, acceptedBy(request.headers.accept));
  if (pull.kind === 'failed') throw imageNotFound(imageDigest, imageTag, registry.idOf(repository.name));
  const { digest, mediaType, bytes } = pull.answer;
  exchange.response.writeHead(200, {
    'content-type': mediaType,
    'content-length': bytes.length,
    'docker-content-digest': digest,
  });
  exchange.response.end(exchange.method === 'HEAD' ? undefined : bytes);
}

async function put(exchange: Exchange): Promise<void> {
  const { registry, request, response } = exchange;
  const { tag, digest } = referenceOf(exchange);
  const bytes = await readBody(request, MAX_MANIFEST_BYTES);
  if (bytes === undefined)
    throw new RegistryError(413, 'SIZE_INVALID', `A manifest has at most ${MAX_MANIFEST_BYTES} bytes`);
  const repository = repositoryToPush(exchange);
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim();
  const { kind, manifest } = putImage(registry, repository, { bytes, mediaType, tag, digest });
  // A repeated push is fine, except to an immutable tag: https://github.com/aws/containers-roadmap/issues/2179
  if (kind === 'already there' && tag !== undefined && !isTagMutable(repository.mutability, tag))
    throw imageTagAlreadyExists(tag, registry.idOf(repository.name));
  send(response, 201, {
    location: `/v2/${repository.name}/manifests/${manifest.digest}`,
    'docker-content-digest': manifest.digest,
    // With it, the client pushes no fallback tag for the referrers: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pushing-manifests-with-subject
    ...(manifest.subjectDigest === undefined ? {} : { 'oci-subject': manifest.subjectDigest }),
  });
}

function remove(exchange: Exchange): void {
  const { registry, response } = exchange;
  const repository = registry.get(exchange.repository);
  const { tag, digest } = referenceOf(exchange);
  const deletion = deleteImage(registry, repository, tag === undefined ? { imageDigest: digest } : { imageTag: tag });
  if (deletion.kind === 'deleted') {
    send(response, 202);
    return;
  }
  const { failureCode, failureReason } = deletion.failure;
  if (failureCode === 'ImageNotFound') throw imageNotFound(digest, tag, registry.idOf(repository.name));
  throw new RegistryError(403, 'DENIED', failureReason);
}

/** `/v2/<name>/manifests/<tag or digest>` */
export async function serveManifest(exchange: Exchange): Promise<void> {
  const { method } = exchange;
  if (method === 'GET' || method === 'HEAD') return get(exchange);
  if (method === 'PUT') return put(exchange);
  if (method === 'DELETE') return remove(exchange);
  throw methodNotAllowed(method, 'manifest');
}
