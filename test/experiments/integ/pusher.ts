import {
  CompleteLayerUploadCommand,
  GetAuthorizationTokenCommand,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { digestOf } from '../../../local/images/blob';
import type { Package, Written } from '../../../local/images/package';
import { RegistryClient } from '../../../local/images/registry-client';
import { type Aws, Unavailable } from './aws';

/** Pushes images, without Docker. */
export interface Pusher {
  readonly how: string;
  push(repository: string, tag: string, image: Package): Promise<void>;
}

/** The registry API, as `docker push` does; ECR's own API where there's no other. */
export async function pusherFor(aws: Aws): Promise<Pusher> {
  const get = () => aws.ecr.send(new GetAuthorizationTokenCommand({}));
  const [data] = (await aws.call('ecr:GetAuthorizationToken', get)).authorizationData ?? [];
  // An emulator may name a host of AWS here, which isn't part of the run.
  const host = aws.endpointUrl ?? data?.proxyEndpoint;
  if (!host || !data?.authorizationToken) throw new Error('ecr:GetAuthorizationToken gave no token or no address');
  const authorization = `Basic ${data.authorizationToken}`;
  const url = new URL('/v2/', host);
  const { status } = await fetch(url, { headers: { authorization } });
  if (status === 200) {
    const client = new RegistryClient(url.origin, authorization);
    return { how: 'the registry API', push: (...image) => client.push(...image) };
  }
  if (aws.endpointUrl === undefined) throw new Error(`${url} answered ${status}, expected 200`);
  return new ApiPusher(aws);
}

/** Layer uploads and PutImage. */
class ApiPusher implements Pusher {
  #hasLayers = true;

  constructor(readonly aws: Aws) {}

  get how(): string {
    return this.#hasLayers ? "ECR's layer uploads" : 'PutImage alone, since this endpoint takes no layers';
  }

  async push(repositoryName: string, tag: string, { blobs, children, top }: Package): Promise<void> {
    for (const { bytes } of blobs) await this.#upload(repositoryName, bytes);
    for (const child of children) await this.#put(repositoryName, child);
    await this.#put(repositoryName, top, tag);
  }

  async #upload(repositoryName: string, bytes: Buffer): Promise<void> {
    if (!this.#hasLayers) return;
    try {
      const initiate = new InitiateLayerUploadCommand({ repositoryName });
      const { uploadId } = await this.aws.call('ecr:InitiateLayerUpload', () => this.aws.ecr.send(initiate));
      const upload = { repositoryName, uploadId };
      const part = { partFirstByte: 0, partLastByte: bytes.length - 1, layerPartBlob: bytes };
      await this.aws.ecr.send(new UploadLayerPartCommand({ ...upload, ...part }));
      await this.aws.ecr.send(new CompleteLayerUploadCommand({ ...upload, layerDigests: [digestOf(bytes)] }));
    } catch (error) {
      if (error instanceof Unavailable) this.#hasLayers = false;
      else if (!(error instanceof Error) || error.name !== 'LayerAlreadyExistsException') throw error;
    }
  }

  async #put(repositoryName: string, { mediaType, text }: Written, imageTag?: string): Promise<void> {
    const image = { repositoryName, imageManifest: text, imageManifestMediaType: mediaType };
    const put = new PutImageCommand({ ...image, ...(imageTag === undefined ? {} : { imageTag }) });
    await this.aws.call('ecr:PutImage', () => this.aws.ecr.send(put));
  }
}
