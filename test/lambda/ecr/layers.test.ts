import { randomBytes } from 'node:crypto';
import { ECRClient } from '@aws-sdk/client-ecr';
import { RegistryRefusal, RepositoryNotFound } from '../../../lambda/core/errors';
import { digestOf } from '../../../lambda/core/manifest/digest';
import { EcrCalls } from '../../../lambda/ecr/ecr-calls';
import { EcrLayers } from '../../../lambda/ecr/ecr-layers';
import type { Fetch, FetchResponse } from '../../../lambda/ecr/layer-download';
import { AwsError } from '../../../local';
import { useEcrServer } from '../../support/ecr-server';
import { COMMON_ECR_ERRORS, LAYER_ERRORS } from '../../support/error-classification';
import { errorAnswer, ScriptedAws } from '../../support/scripted-aws';

const MiB = 1024 * 1024;
const server = useEcrServer(({ ecr }) => ecr.createRepository('app'));
const aws = ScriptedAws.forTests();

const layersAt = (endpoint: string, { signal, fetchUrl = fetch }: { signal?: AbortSignal; fetchUrl?: Fetch } = {}) => {
  const client = new ECRClient({ ...aws.clientOptions, endpoint });
  return new EcrLayers(new EcrCalls(client, 'service', signal), fetchUrl);
};

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const operations = () => server.ecr.calls.map(({ operation }) => operation);
/** Not by comparing bytes, which takes Jest seconds. */
const isStored = async (digest: string) => digestOf(await server.registry.blob('app', digest)) === digest;

describe('an upload', () => {
  test.each([
    ['of one byte', 1, 1],
    ['of exactly one part', 10 * MiB, 1],
    ['of a part and a byte', 10 * MiB + 1, 2],
    ['of two parts', 20 * MiB, 2],
  ])('%s arrives in as few parts as ECR proposes', async (_, size, parts) => {
    const bytes = randomBytes(size);
    const digest = digestOf(bytes);
    await layersAt(server.endpoint).upload('app', inChunks(bytes, 3 * MiB + 7), Promise.resolve(digest));
    expect(operations()).toEqual([
      'InitiateLayerUpload',
      ...Array(parts).fill('UploadLayerPart'),
      'CompleteLayerUpload',
    ]);
    expect(await isStored(digest)).toBe(true);
  });

  test('of a layer that is there already is done', async () => {
    const bytes = randomBytes(10);
    const upload = () => layersAt(server.endpoint).upload('app', inChunks(bytes, 3), Promise.resolve(digestOf(bytes)));
    await upload();
    await upload();
    expect(operations().filter((operation) => operation === 'CompleteLayerUpload')).toHaveLength(2);
  });

  test('whose bytes turn out wrong leaves no layer', async () => {
    const wrong = new Error('the tar hashes otherwise');
    const digest = Promise.reject(wrong);
    digest.catch(() => {});
    await expect(layersAt(server.endpoint).upload('app', inChunks(randomBytes(10), 3), digest)).rejects.toBe(wrong);
    expect(operations()).not.toContain('CompleteLayerUpload');
  });

  test('whose source breaks ends with its error, and is never completed', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(11 * MiB);
      throw new Error('the zstd frame is broken');
    }
    const upload = layersAt(server.endpoint).upload('app', broken(), Promise.resolve('sha256:unused'));
    await expect(upload).rejects.toThrow('the zstd frame is broken');
    expect(operations()).not.toContain('CompleteLayerUpload');
  });

  test('reads its source no further once a part fails', async () => {
    let read = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; read < 10; read += 1) yield randomBytes(10 * MiB);
    }
    server.before = ({ operation }) => {
      if (operation === 'UploadLayerPart') throw new AwsError('AccessDeniedException', 'no');
    };
    const upload = layersAt(server.endpoint).upload('app', source(), Promise.resolve('sha256:unused'));
    await expect(upload).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'access-denied' });
    expect(read).toBeLessThanOrEqual(2);
  });

  const BEGUN = { json: { uploadId: 'id', partSize: 5 * MiB } };
  const lost = (lastValidByteReceived: number) => ({
    status: 400,
    json: { __type: 'InvalidLayerPartException', message: 'because', lastValidByteReceived },
  });
  const uploadTen = () =>
    layersAt(aws.endpoint).upload('app', inChunks(Buffer.alloc(10), 10), Promise.resolve('sha256:ten'));

  test('a part that ECR has, though its answer was lost, is not an error', async () => {
    aws.answers = [BEGUN, lost(9), { json: {} }];
    await uploadTen();
    expect(aws.operations).toEqual(['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload']);
    expect(aws.received[1]?.input).toMatchObject({ uploadId: 'id', partFirstByte: 0, partLastByte: 9 });
    expect(aws.received[2]?.input).toMatchObject({ uploadId: 'id', layerDigests: ['sha256:ten'] });
  });

  test.each([
    ['InvalidLayerPartException', lost(4)],
    ['UploadNotFoundException', errorAnswer('UploadNotFoundException')],
  ])('%s fails it', async (name, answer) => {
    aws.answers = [BEGUN, answer];
    await expect(uploadTen()).rejects.toMatchObject({ name });
  });

  test('a layer that ECR has, though the answer to its completion was lost, is done', async () => {
    const layers = [{ layerDigest: 'sha256:ten', layerAvailability: 'AVAILABLE' }];
    aws.answers = [BEGUN, { json: {} }, errorAnswer('UploadNotFoundException'), { json: { layers } }];
    await uploadTen();
    expect(aws.operations.at(-1)).toBe('BatchCheckLayerAvailability');
  });

  test('more parts than a layer can have is refused, not tried again', async () => {
    aws.answers = [BEGUN, errorAnswer('LimitExceededException')];
    await expect(uploadTen()).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'limit-exceeded' });
  });

  test('no part is larger than ECR takes, whatever it proposes', async () => {
    aws.answers = [{ json: { uploadId: 'id', partSize: 100 * MiB } }, { json: {} }, { json: {} }, { json: {} }];
    await layersAt(aws.endpoint).upload('app', inChunks(Buffer.alloc(21 * MiB), MiB), Promise.resolve('sha256:x'));
    expect(aws.received.map(({ input }) => input.partLastByte)).toEqual([
      undefined,
      20_971_519,
      21 * MiB - 1,
      undefined,
    ]);
  });

  test('an answer without an upload is tried again later', async () => {
    aws.answers = [{ json: {} }];
    await expect(uploadTen()).rejects.toMatchObject({ name: 'TransientFailure' });
  });
});

describe('a download', () => {
  const bytes = randomBytes(300_000);
  const digest = digestOf(bytes);
  beforeEach(() => server.registry.push('app', 'x', packageOf(bytes)));

  const digestFrom = async (layers: EcrLayers) => digestOf(await all(layers.read('app', digest, bytes.length)));

  /** Breaks each answer after so many bytes. */
  const breaking =
    (after: number, requests: string[] = []): Fetch =>
    async (url, options) => {
      requests.push(options.headers?.range ?? '');
      const response = (await fetch(url, options as RequestInit)) as FetchResponse;
      async function* body(): AsyncGenerator<Uint8Array> {
        let left = after;
        for await (const chunk of response.body ?? []) {
          yield chunk.subarray(0, left);
          left -= chunk.length;
          if (left <= 0) throw new Error('the connection broke');
        }
      }
      return { ok: response.ok, status: response.status, body: body() };
    };

  test('comes whole, by one URL', async () => {
    expect(await digestFrom(layersAt(server.endpoint))).toBe(digest);
    expect(operations().filter((operation) => operation === 'GetDownloadUrlForLayer')).toHaveLength(1);
  });

  test('that breaks goes on where it broke, by a new URL', async () => {
    const requests: string[] = [];
    const layers = layersAt(server.endpoint, { fetchUrl: breaking(100_000, requests) });
    expect(await digestFrom(layers)).toBe(digest);
    expect(requests).toEqual(['bytes=0-', 'bytes=100000-', 'bytes=200000-']);
    expect(operations().filter((operation) => operation === 'GetDownloadUrlForLayer')).toHaveLength(3);
  });

  test('goes on with a server that ignores ranges, too', async () => {
    let isFirst = true;
    const fetchUrl: Fetch = async (url, options) => {
      const asked = isFirst ? breaking(1_000) : (fetch as Fetch);
      isFirst = false;
      return asked(url, { signal: options.signal });
    };
    expect(await digestFrom(layersAt(server.endpoint, { fetchUrl }))).toBe(digest);
  });

  test('asks for a new URL when one has expired', async () => {
    let urls = 0;
    const fetchUrl: Fetch = (url, options) => {
      urls += 1;
      return urls === 1 ? Promise.resolve({ ok: false, status: 403, body: null }) : (fetch as Fetch)(url, options);
    };
    expect(await digestFrom(layersAt(server.endpoint, { fetchUrl }))).toBe(digest);
    expect(urls).toBe(2);
  });

  test('that never brings a byte fails after five times, and says where', async () => {
    let requests = 0;
    const fetchUrl: Fetch = async () => {
      requests += 1;
      return { ok: false, status: 503, body: null };
    };
    const read = all(layersAt(server.endpoint, { fetchUrl }).read('app', digest, bytes.length));
    await expect(read).rejects.toMatchObject({
      name: 'TransientFailure',
      message: `download of ${digest} of app broke at byte 0 of 300000: Error: it answered 503`,
    });
    expect(requests).toBe(5);
  });

  test.each([
    ['a byte shorter', 1],
    ['much shorter', 1_000_000],
  ])('of a layer that is %s than its manifest says is refused, not tried again', async (_, more) => {
    const layers = layersAt(server.endpoint);
    await expect(all(layers.read('app', digest, bytes.length + more))).rejects.toMatchObject({
      name: 'LayerRefused',
      reason: 'layer-corrupt',
      detail: `${digest} has ${bytes.length} bytes, the manifest says ${bytes.length + more}`,
    });
  });

  test('ends with its work', async () => {
    const abort = new AbortController();
    const reason = new Error('out of time');
    const fetchUrl: Fetch = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        abort.abort(reason);
      });
    const layers = layersAt(server.endpoint, { signal: abort.signal, fetchUrl });
    await expect(all(layers.read('app', digest, bytes.length))).rejects.toBe(reason);
  });

  test('of a layer that is not there is what ECR says', async () => {
    const read = all(layersAt(server.endpoint).read('app', digestOf(Buffer.from('none')), 10));
    await expect(read).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'layers-missing' });
  });
});

describe('each error of an upload ends as the table says', () => {
  const cases = Object.entries(LAYER_ERRORS).flatMap(([operation, table]) =>
    Object.entries({ ...COMMON_ECR_ERRORS, ...table }).map(([error, end]) => [operation, error, end] as const),
  );
  const OK = { json: { uploadId: 'id', partSize: 5 * MiB } };
  /** How many calls come before it. */
  const BEFORE: Readonly<Record<string, number>> = { UploadLayerPart: 1, CompleteLayerUpload: 2 };

  test.each(cases)('%s %s: %s', async (operation, error, end) => {
    aws.answers = [...Array(BEFORE[operation] ?? 0).fill(OK), errorAnswer(error), OK, OK];
    const layers = layersAt(aws.endpoint);
    const work =
      operation === 'BatchCheckLayerAvailability'
        ? layers.available('app', ['sha256:x'])
        : layers.upload('app', inChunks(Buffer.alloc(10), 10), Promise.resolve('sha256:ten'));
    expect(await work.then(() => 'done', endOf)).toBe(end);
  });

  const endOf = (error: unknown) =>
    error instanceof RegistryRefusal
      ? error.reason
      : error instanceof RepositoryNotFound
        ? 'repository-gone'
        : 'retried';
});

test('layers that a manifest can name', async () => {
  const there = Array.from({ length: 3 }, (_, at) => Buffer.from(`layer ${at}`));
  for (const bytes of there) await server.registry.push('app', 'x', packageOf(bytes));
  const digests = there.map(digestOf);
  const none = Array.from({ length: 120 }, (_, at) => digestOf(Buffer.from(`none ${at}`)));
  expect(await layersAt(server.endpoint).available('app', [...none, ...digests])).toEqual(new Set(digests));
  expect(operations()).toEqual(['BatchCheckLayerAvailability', 'BatchCheckLayerAvailability']);
  expect(await layersAt(server.endpoint).available('app', [])).toEqual(new Set());
});

/** An image whose only blob matters here. */
function packageOf(bytes: Buffer) {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(bytes), size: bytes.length };
  const manifest = { schemaVersion: 2, mediaType, config: { ...blob, mediaType: 'application/x' }, layers: [blob] };
  return {
    blobs: [{ mediaType: '', bytes }],
    children: [],
    top: { mediaType, text: JSON.stringify(manifest) },
  };
}
