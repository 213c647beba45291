import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { keepNewest, rule } from './lifecycle-images';
import { digestOfText } from './manifests';

interface Stored {
  readonly text: string;
  readonly mediaType: string;
}

/** With a rule that counts, an audit lists all images. */
const KEEP_NEWEST_1000 = JSON.stringify({ rules: [rule(1, keepNewest(1_000, 'any'))] });

/** ECR as far as the function asks it, with manifests of any size: a real one would need their layers. */
export class StubEcr {
  readonly #manifests = new Map<string, Stored>();
  readonly #tags = new Map<string, string>();
  readonly #server: Server;
  puts = 0;

  static async start(): Promise<StubEcr> {
    const stub = new StubEcr();
    await once(stub.#server.listen(0, '127.0.0.1'), 'listening');
    return stub;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      if (request.method === 'GET') {
        response.end('{"os":"linux","architecture":"riscv64"}');
        return;
      }
      const operation = request.headers['x-amz-target']?.toString().split('.')[1] ?? '';
      const answer = this.#answer(operation, JSON.parse(await text(request)));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  push(repository: string, manifest: object, mediaType: string, tag?: string): { digest: string; size: number } {
    const body = JSON.stringify(manifest);
    const digest = digestOfText(body);
    this.#manifests.set(digest, { text: body, mediaType });
    if (tag) this.#tags.set(`${repository}:${tag}`, digest);
    return { digest, size: body.length };
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(operation: string, input: Record<string, never>): object {
    switch (operation) {
      case 'BatchGetImage':
        return this.#batchGetImage(input.repositoryName ?? '', input.imageIds ?? []);
      case 'PutImage':
        this.puts += 1;
        this.push(
          input.repositoryName ?? '',
          JSON.parse(input.imageManifest ?? '{}'),
          input.imageManifestMediaType ?? '',
          input.imageTag,
        );
        return {};
      case 'DescribeImages':
        return { imageDetails: this.#describe(input.repositoryName ?? '') };
      case 'GetLifecyclePolicy':
        return { lifecyclePolicyText: KEEP_NEWEST_1000 };
      case 'GetDownloadUrlForLayer':
        return { downloadUrl: `${this.endpoint}/config` };
      case 'PutEvents':
        return { FailedEntryCount: 0, Entries: [] };
      default:
        return {};
    }
  }

  #batchGetImage(repository: string, imageIds: readonly { imageTag?: string; imageDigest?: string }[]): object {
    const images: object[] = [];
    const failures: object[] = [];
    for (const imageId of imageIds) {
      const imageDigest = imageId.imageDigest ?? this.#tags.get(`${repository}:${imageId.imageTag}`);
      const stored = imageDigest && this.#manifests.get(imageDigest);
      if (!stored) failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'not found' });
      else
        images.push({
          imageId: { ...imageId, imageDigest },
          imageManifest: stored.text,
          imageManifestMediaType: stored.mediaType,
        });
    }
    return { images, failures };
  }

  #describe(repository: string): object[] {
    return [...this.#tags]
      .filter(([name]) => name.startsWith(`${repository}:`))
      .map(([name, imageDigest]) => ({
        imageDigest,
        imageTags: [name.slice(repository.length + 1)],
        imageManifestMediaType: this.#manifests.get(imageDigest)?.mediaType,
        imagePushedAt: Date.now() / 1_000,
      }));
  }
}
