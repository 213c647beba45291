import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EcrCall } from '../calls';
import { isTag } from '../names';
import type { Registry } from '../registry';
import { serveBlob } from './blobs';
import { type Exchange, send } from './exchange';
import { serveManifest } from './manifests';
import { answerRegistryError, RegistryError } from './registry-error';
import { beginUpload, serveUpload } from './uploads';

interface Route {
  /** The object of the call in `registryCalls`. */
  readonly object: string;
  readonly path: RegExp;
  readonly serve: (exchange: Exchange) => Promise<void>;
}

/** The first match wins. Repository names contain slashes, so only the end of a path shows what it is. */
const ROUTES: readonly Route[] = [
  { object: 'manifest', path: /^\/v2\/(.+)\/manifests\/([^/]+)$/, serve: serveManifest },
  { object: 'upload', path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, serve: beginUpload },
  { object: 'upload', path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, serve: serveUpload },
  { object: 'blob', path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, serve: serveBlob },
  { object: 'blob-download', path: /^\/blob-download\/(.+)\/([^/]+)$/, serve: serveBlob },
];

/** Not by `new URL`, which resolves `..` and throws on `//`: both are paths that a client may send. */
function targetOf(request: IncomingMessage): { readonly pathname: string; readonly query: URLSearchParams } {
  const [pathname = '/', ...query] = (request.url ?? '/').split('?');
  return { pathname, query: new URLSearchParams(query.join('?')) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RegistryError(400, 'NAME_INVALID', `'${segment}' is not percent-encoded UTF-8`);
  }
}

/** Whether the path belongs to the registry API, or replaces one of ECR's signed URLs. */
export function isRegistryPath(request: IncomingMessage): boolean {
  const { pathname } = targetOf(request);
  return pathname === '/v2' || pathname.startsWith('/v2/') || pathname.startsWith('/blob-download/');
}

type Before = (call: EcrCall) => Promise<void>;

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
  before: Before,
): Promise<void> {
  const { pathname, query } = targetOf(request);
  const method = request.method ?? 'GET';
  if (pathname === '/v2/' || pathname === '/v2') {
    await before({ operation: `${method} base` });
    return send(response, 200);
  }
  for (const { object, path, serve } of ROUTES) {
    const match = path.exec(pathname);
    if (match === null) continue;
    const [repository = '', reference = ''] = match.slice(1).map(decode);
    const tagged = object === 'manifest' && isTag(reference);
    await before({ operation: `${method} ${object}`, repository, ...(tagged ? { tag: reference } : {}) });
    return serve({ registry, request, response, method, repository, reference, query });
  }
  throw new RegistryError(404, 'UNSUPPORTED', `The local ECR has nothing at ${pathname}`);
}

/** Answers one request of the registry API, with any credentials or none. */
export async function serveRegistry(
  request: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
  before: Before,
): Promise<void> {
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  try {
    await route(request, response, registry, before);
  } catch (error) {
    answerRegistryError(response, error);
  }
}
