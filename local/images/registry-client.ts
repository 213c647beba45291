import { digestOf } from './blob';
import type { Package, Written } from './package';

type Request = Pick<RequestInit, 'method' | 'body'> & { readonly headers?: Readonly<Record<string, string>> };

/** Pushes and pulls as Docker does. https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export class RegistryClient {
  /**
   * @param endpoint such as `http://127.0.0.1:5000`
   * @param authorization the header of each request @default none, which the local account takes
   */
  constructor(
    readonly endpoint: string,
    readonly authorization?: string,
  ) {}

  async push(repository: string, tag: string, { blobs, children, top }: Package): Promise<void> {
    for (const { bytes } of blobs) await this.#pushBlob(repository, bytes);
    for (const child of children) await this.#pushManifest(repository, digestOf(child.text), child);
    await this.#pushManifest(repository, tag, top);
  }

  /** @returns `undefined` if there is no such tag or digest */
  async manifest(repository: string, reference: string): Promise<Written | undefined> {
    const response = await this.#fetch(this.#url(repository, `manifests/${reference}`), { headers: { accept: '*/*' } });
    if (response.status === 404) return undefined;
    const text = await answered(response, 200).then((ok) => ok.text());
    return { mediaType: response.headers.get('content-type') ?? '', text };
  }

  async blob(repository: string, digest: string): Promise<Buffer> {
    const response = await answered(await this.#fetch(this.#url(repository, `blobs/${digest}`)), 200);
    return Buffer.from(await response.arrayBuffer());
  }

  #url(repository: string, rest: string): string {
    return `${this.endpoint}/v2/${repository}/${rest}`;
  }

  #fetch(url: string | URL, { headers = {}, ...rest }: Request = {}): Promise<Response> {
    const authorization = this.authorization === undefined ? {} : { authorization: this.authorization };
    return fetch(url, { ...rest, headers: { ...headers, ...authorization } });
  }

  async #pushBlob(repository: string, bytes: Buffer): Promise<void> {
    const digest = digestOf(bytes);
    const exists = await this.#fetch(this.#url(repository, `blobs/${digest}`), { method: 'HEAD' });
    if (exists.ok) return;
    const begun = await answered(await this.#fetch(this.#url(repository, 'blobs/uploads/'), { method: 'POST' }), 202);
    // In two requests, as Docker does it: not every registry takes the bytes with the last one.
    const sent = await this.#fetch(this.#location(begun), {
      method: 'PATCH',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    });
    // The specification says 202; registries answer what they like, and clients take it.
    const end = this.#location(await answered(sent, 202, 201, 204));
    end.searchParams.set('digest', digest);
    await answered(await this.#fetch(end, { method: 'PUT' }), 201);
  }

  /** Where an upload goes on. */
  #location({ headers }: Response): URL {
    return new URL(headers.get('location') ?? '', this.endpoint);
  }

  async #pushManifest(repository: string, reference: string, { mediaType, text }: Written): Promise<void> {
    const request = { method: 'PUT', headers: { 'content-type': mediaType }, body: text };
    await answered(await this.#fetch(this.#url(repository, `manifests/${reference}`), request), 201);
  }
}

async function answered(response: Response, ...expected: readonly number[]): Promise<Response> {
  if (expected.includes(response.status)) return response;
  const wanted = expected.join(' or ');
  throw new Error(`${response.url} answered ${response.status}, expected ${wanted}: ${await response.text()}`);
}
