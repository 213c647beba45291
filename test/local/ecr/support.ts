import { createHash } from 'node:crypto';
import { ECRClient } from '@aws-sdk/client-ecr';
import { type EcrServer, useEcrServer } from '../../support/ecr-server';
import { DOCKER, OCI } from '../../support/manifests';

/** An empty registry for each test of a file, and the SDK's client of it. */
export function useEcr(...parameters: Parameters<typeof useEcrServer>): { server: EcrServer; client: ECRClient } {
  const server = useEcrServer(...parameters);
  const client = new ECRClient({
    region: 'eu-north-1',
    endpoint: async () => ({ url: new URL(server.endpoint) }),
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  afterAll(() => client.destroy());
  return { server, client };
}

export const ACCEPT_ALL = [OCI.manifest, OCI.index, DOCKER.manifest, DOCKER.list];

export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

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
    mediaType: oci ? OCI.manifest : DOCKER.manifest,
    config: descriptor(oci ? OCI.config : DOCKER.config, `{"n":"${name}"}`),
    layers: [descriptor(oci ? OCI.gzip : DOCKER.gzip, `layer ${name}`)],
    ...more,
  });
}

export async function pushImageBlobs(origin: string, repository: string, name: string): Promise<void> {
  await pushBlob(origin, repository, `{"n":"${name}"}`);
  await pushBlob(origin, repository, `layer ${name}`);
}

export function index(children: readonly { text: string; arch: string }[], mediaType: string = OCI.index): string {
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
