import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECRClient } from '@aws-sdk/client-ecr';
import { type EcrOptions, type EventBridgeEvent, LocalEcr } from '../../../local/ecr';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
export const ALL_TYPES = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST];

export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

export interface RunningEcr {
  readonly ecr: LocalEcr;
  readonly client: ECRClient;
  readonly origin: string;
  readonly events: EventBridgeEvent[];
  readonly directory: string;
  /** PUSH and DELETE events as `action tag digest`. */
  actions(): string[];
  close(): Promise<void>;
}

export async function startEcr(options: Partial<EcrOptions> = {}): Promise<RunningEcr> {
  const directory = await mkdtemp(join(tmpdir(), 'local-ecr-'));
  const events: EventBridgeEvent[] = [];
  const ecr = new LocalEcr({
    accountId: '123456789012',
    region: 'eu-north-1',
    blobDirectory: directory,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  let origin = '';
  const server: Server = createServer((request, response) => {
    ecr.handle(request, response, origin).then(
      (handled) => {
        if (!handled) response.writeHead(404).end('not for ECR');
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ECRClient({
    region: 'eu-north-1',
    endpoint: origin,
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    ecr,
    client,
    origin,
    events,
    directory,
    actions: () =>
      events.map(({ detail }) => `${detail['action-type']} ${detail['image-tag']} ${detail['image-digest']}`),
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

/** Pushes a blob in one request and answers its digest. */
export async function pushBlob(origin: string, repository: string, content: string): Promise<string> {
  const digest = sha256(content);
  const url = `${origin}/v2/${repository}/blobs/uploads/?digest=${digest}`;
  const { status } = await fetch(url, { method: 'POST', body: content });
  if (status !== 201) throw new Error(`The push of blob ${digest} to ${repository} was answered ${status}`);
  return digest;
}

export const descriptor = (mediaType: string, content: string) => ({
  mediaType,
  digest: sha256(content),
  size: Buffer.byteLength(content),
});

/** A manifest over the config `{"n":<name>}` and one layer `layer <name>`; push both with pushImageBlobs. */
export function manifest(name: string, form: 'oci' | 'docker' = 'oci', more: object = {}): string {
  const oci = form === 'oci';
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: oci ? OCI_MANIFEST : DOCKER_MANIFEST,
    config: descriptor(oci ? OCI_CONFIG : DOCKER_CONFIG, `{"n":"${name}"}`),
    layers: [descriptor(oci ? OCI_LAYER : DOCKER_LAYER, `layer ${name}`)],
    ...more,
  });
}

export async function pushImageBlobs(origin: string, repository: string, name: string): Promise<void> {
  await pushBlob(origin, repository, `{"n":"${name}"}`);
  await pushBlob(origin, repository, `layer ${name}`);
}

export function index(children: readonly { text: string; arch: string }[], mediaType = OCI_INDEX): string {
  const manifests = children.map(({ text, arch }) => ({
    ...descriptor((JSON.parse(text) as { mediaType: string }).mediaType, text),
    platform: { os: 'linux', architecture: arch },
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType, manifests });
}

export function putManifest(
  origin: string,
  repository: string,
  reference: string,
  text: string,
  mediaType = (JSON.parse(text) as { mediaType: string }).mediaType,
): Promise<Response> {
  return fetch(`${origin}/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: text,
  });
}

/** Pushes blobs and manifest under a tag (or, without one, by digest) and answers the digest. */
export async function pushImage(
  origin: string,
  repository: string,
  name: string,
  { tag, form = 'oci' }: { tag?: string; form?: 'oci' | 'docker' } = {},
): Promise<string> {
  await pushImageBlobs(origin, repository, name);
  const text = manifest(name, form);
  const { status } = await putManifest(origin, repository, tag ?? sha256(text), text);
  if (status !== 201) throw new Error(`The push of ${repository}:${tag} was answered ${status}`);
  return sha256(text);
}
