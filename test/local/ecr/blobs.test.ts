import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type ReadStream, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { get, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BlobStore } from '../../../local/ecr/blob-store';
import { pushBlob, sha256, useEcr } from './support';

const { server } = useEcr();

const call = (method: string, path: string, init: RequestInit = {}) =>
  fetch(`${server.endpoint}${path}`, { method, ...init });
const begin = async (repository = 'app') =>
  (await call('POST', `/v2/${repository}/blobs/uploads/`)).headers.get('location') ?? '';
const filesIn = (folder: string) => readdir(join(server.blobDirectory, folder));

async function codeOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: { code: string }[] };
  return `${response.status} ${errors[0]?.code}`;
}

describe('uploads', () => {
  test('arrive in chunks, and end as a blob', async () => {
    const location = await begin();
    const first = await call('PATCH', location, { body: 'abc', headers: { 'content-range': '0-2' } });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-2']);
    expect((await call('PATCH', location, { body: 'def' })).headers.get('range')).toBe('0-5');
    const digest = sha256('abcdefghi');
    const done = await call('PUT', `${location}?digest=${digest}`, { body: 'ghi' });
    expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, digest]);
    expect(await (await call('GET', done.headers.get('location') ?? '')).text()).toBe('abcdefghi');
    expect(await filesIn('uploads')).toEqual([]);
    expect(await codeOf(await call('PATCH', location))).toBe('404 BLOB_UPLOAD_UNKNOWN');
  });

  test('keep nothing if the digest is wrong or not SHA-256', async () => {
    const wrong = await call('PUT', `${await begin()}?digest=${sha256('other')}`, { body: 'bytes' });
    expect(await codeOf(wrong)).toBe('400 DIGEST_INVALID');
    const kind = await call('PUT', `${await begin()}?digest=sha512:00`, { body: 'bytes' });
    expect(await codeOf(kind)).toBe('400 DIGEST_INVALID');
    expect([await filesIn('uploads'), await filesIn('sha256')]).toEqual([[], []]);
  });

  test('exist only in the repository that began them', async () => {
    const location = await begin('app');
    const elsewhere = location.replace('/v2/app/', '/v2/other/');
    expect(await codeOf(await call('PATCH', elsewhere, { body: 'abc' }))).toBe('404 BLOB_UPLOAD_UNKNOWN');
  });

  test('mount a blob from a repository that has it, and begin an upload otherwise', async () => {
    const digest = await pushBlob(server.endpoint, 'base', 'layer');
    const mounted = await call('POST', `/v2/app/blobs/uploads/?mount=${digest}&from=base`);
    expect([mounted.status, mounted.headers.get('location')]).toEqual([201, `/v2/app/blobs/${digest}`]);
    expect((await call('HEAD', `/v2/app/blobs/${digest}`)).headers.get('content-length')).toBe('5');
    for (const from of ['&from=nowhere', '&from=empty', '']) {
      const begun = await call('POST', `/v2/third/blobs/uploads/?mount=${digest}${from}`);
      expect([begun.status, begun.headers.get('docker-upload-uuid')]).toEqual([202, expect.any(String)]);
    }
    expect(await filesIn('sha256')).toHaveLength(1);
  });

  test('may be empty', async () => {
    const digest = await pushBlob(server.endpoint, 'app', '');
    expect(await (await call('GET', `/v2/app/blobs/${digest}`)).text()).toBe('');
  });
});

describe('downloads', () => {
  test('refuse a blob of another repository, and a reference that is not a digest', async () => {
    const digest = await pushBlob(server.endpoint, 'app', 'abc');
    await pushBlob(server.endpoint, 'other', 'x');
    expect(await codeOf(await call('GET', `/v2/other/blobs/${digest}`))).toBe('404 BLOB_UNKNOWN');
    expect(await codeOf(await call('GET', '/v2/app/blobs/..%2f..%2fsecret'))).toBe('400 DIGEST_INVALID');
  });
});

describe('bytes in memory do not grow with the size of a blob', () => {
  const MiB = 1024 * 1024;
  const chunk = Buffer.alloc(MiB / 4, 7);
  const chunks = 256;
  const total = chunks * chunk.length;
  // On their way between client and server, at most: what Linux holds for a connection, and a few chunks.
  const most = total / 2;
  const digest = sha256(Buffer.concat(Array.from({ length: chunks }, () => chunk)));

  /** @returns the most bytes at a time that were sent and not yet on disk */
  async function upload(): Promise<number> {
    const location = await begin();
    await call('PATCH', location, { body: '' });
    const [file = ''] = await filesIn('uploads');
    let peak = 0;
    function* body() {
      for (let sent = 0; sent < total; sent += chunk.length) {
        peak = Math.max(peak, sent - statSync(join(server.blobDirectory, 'uploads', file)).size);
        yield chunk;
      }
    }
    const put = request(`${server.endpoint}${location}?digest=${digest}`, { method: 'PUT' });
    const answered = once(put, 'response');
    await pipeline(Readable.from(body()), put);
    const [response] = await answered;
    expect(response.resume().statusCode).toBe(201);
    return peak;
  }

  test('while it is pushed', async () => {
    expect(await upload()).toBeLessThan(most);
  });

  test('while it is pulled', async () => {
    await upload();
    const reads = jest.spyOn(BlobStore.prototype, 'read');
    const response: IncomingMessage = await new Promise((resolve, reject) => {
      get(`${server.endpoint}/v2/app/blobs/${digest}`, resolve).on('error', reject);
    });
    const file: ReadStream = reads.mock.results[0]?.value;
    reads.mockRestore();
    await untilNobodyReads(file);
    const received = createHash('sha256');
    let bytes = 0;
    let peak = 0;
    for await (const data of response) {
      peak = Math.max(peak, file.bytesRead - bytes);
      bytes += data.length;
      received.update(data);
    }
    expect([bytes, `sha256:${received.digest('hex')}`]).toEqual([total, digest]);
    expect(peak).toBeLessThan(most);
  });

  /** The client doesn't read yet, so the server must stop reading too, with its buffer full. */
  async function untilNobodyReads(file: ReadStream): Promise<void> {
    const rests = () => file.readableLength >= file.readableHighWaterMark || file.bytesRead === total;
    for (let turns = 0; turns < 100; turns = rests() ? turns + 1 : 0) await new Promise(setImmediate);
  }
});
