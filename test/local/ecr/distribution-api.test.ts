import { DOCKER, OCI } from '../../support/manifests';
import { index, manifest, pushBlob, pushImage, pushImageBlobs, putManifest, sha256, useEcr } from './support';

const { server } = useEcr();

const call = (method: string, path: string, init: RequestInit = {}) =>
  fetch(`${server.endpoint}${path}`, { method, ...init });

async function errorOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string; detail: unknown }[] };
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).not.toBe('');
  return `${response.status} ${errors[0]?.code}`;
}

test('says that it is a registry', async () => {
  const response = await call('GET', '/v2/');
  expect(response.status).toBe(200);
  expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
});

describe('manifests', () => {
  test('are pushed by tag and by digest, and come back as they were', async () => {
    await pushImageBlobs(server.endpoint, 'team/deep/app', 'a');
    const text = ` ${manifest('a')}\n`;
    const digest = sha256(text);
    const pushed = await putManifest(server.endpoint, 'team/deep/app', 'v1', text, OCI.manifest);
    expect(pushed.status).toBe(201);
    expect(pushed.headers.get('docker-content-digest')).toBe(digest);
    expect(pushed.headers.get('location')).toBe(`/v2/team/deep/app/manifests/${digest}`);
    for (const reference of ['v1', digest]) {
      const response = await call('GET', `/v2/team/deep/app/manifests/${reference}`);
      expect(await response.text()).toBe(text);
      expect(response.headers.get('content-type')).toBe(OCI.manifest);
      expect(response.headers.get('docker-content-digest')).toBe(digest);
      const head = await call('HEAD', `/v2/team/deep/app/manifests/${reference}`);
      expect(head.headers.get('content-length')).toBe(`${text.length}`);
    }
    expect(server.actions()).toEqual([`PUSH v1 ${digest}`]);
  });

  test('a repeated push is fine and has no event; an immutable tag holds', async () => {
    server.ecr.createRepository('fixed', { imageTagMutability: 'IMMUTABLE' });
    for (const repository of ['app', 'fixed']) {
      await pushImage(server.endpoint, repository, 'a', { tag: 'v1' });
      await pushImageBlobs(server.endpoint, repository, 'b');
    }
    expect((await putManifest(server.endpoint, 'app', 'v1', manifest('a'))).status).toBe(201);
    expect((await putManifest(server.endpoint, 'app', sha256(manifest('a')), manifest('a'))).status).toBe(201);
    expect(server.events).toHaveLength(2);
    for (const name of ['a', 'b']) {
      expect(await errorOf(await putManifest(server.endpoint, 'fixed', 'v1', manifest(name)))).toBe('400 TAG_INVALID');
    }
    expect(server.events).toHaveLength(2);
  });

  test('are refused, each with its code', async () => {
    await pushImageBlobs(server.endpoint, 'app', 'a');
    const put = async (reference: string, text: string, mediaType?: string) =>
      errorOf(await putManifest(server.endpoint, 'app', reference, text, mediaType));
    expect(await put('v1', manifest('b'))).toBe('400 MANIFEST_BLOB_UNKNOWN');
    expect(await put('v1', index([{ text: manifest('b'), arch: 'amd64' }]))).toBe('400 MANIFEST_BLOB_UNKNOWN');
    expect(await put(sha256('x'), manifest('a'))).toBe('400 DIGEST_INVALID');
    expect(await put('sha256:x', manifest('a'))).toBe('400 DIGEST_INVALID');
    expect(await put('-v1', manifest('a'))).toBe('400 TAG_INVALID');
    expect(await put('v1', '{', OCI.manifest)).toBe('400 MANIFEST_INVALID');
    expect(await put('v1', manifest('a'), DOCKER.manifest)).toBe('400 MANIFEST_INVALID');
    expect(await put('v1', '{}', 'application/vnd.example+json')).toBe('400 MANIFEST_INVALID');
    expect(await put('v1', ' '.repeat(4 * 1024 * 1024 + 1), OCI.manifest)).toBe('413 SIZE_INVALID');
    const invalidUtf8 = Buffer.concat([Buffer.from('{"mediaType":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const headers = { 'content-type': OCI.manifest };
    const response = await call('PUT', '/v2/app/manifests/v1', { headers, body: invalidUtf8 });
    expect(await errorOf(response)).toBe('400 MANIFEST_INVALID');
    expect(server.events).toEqual([]);
  });

  test('are translated by tag for a client that does not accept their type, never by digest', async () => {
    const digest = await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    const get = (reference: string, accept: string) =>
      call('GET', `/v2/app/manifests/${reference}`, { headers: { accept } });
    const translated = await get('v1', `${DOCKER.manifest}, ${DOCKER.list};q=0.5`);
    expect(translated.headers.get('content-type')).toBe(DOCKER.manifest);
    expect(translated.headers.get('docker-content-digest')).toBe(digest);
    expect(sha256(await translated.text())).not.toBe(digest);
    const everything = [
      await get('v1', '*/*'),
      await get('v1', `${OCI.manifest};q=1,${DOCKER.manifest}`),
      await get(digest, DOCKER.manifest),
    ];
    for (const response of everything) expect(await response.text()).toBe(manifest('a'));
    expect(await errorOf(await get('v1', OCI.index))).toBe('404 MANIFEST_UNKNOWN');
  });

  test('are deleted by tag and by digest, but not a child of an index', async () => {
    const digest = await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    const list = index([{ text: manifest('a'), arch: 'amd64' }]);
    await putManifest(server.endpoint, 'app', 'multi', list);
    expect(await errorOf(await call('DELETE', `/v2/app/manifests/${digest}`))).toBe('403 DENIED');
    expect((await call('DELETE', '/v2/app/manifests/multi')).status).toBe(202);
    expect((await call('DELETE', `/v2/app/manifests/${digest}`)).status).toBe(202);
    expect(await errorOf(await call('GET', '/v2/app/manifests/v1'))).toBe('404 MANIFEST_UNKNOWN');
    expect(await errorOf(await call('DELETE', '/v2/app/manifests/v1'))).toBe('404 MANIFEST_UNKNOWN');
    expect(server.actions().slice(2)).toEqual([`DELETE multi ${sha256(list)}`, `DELETE v1 ${digest}`]);
  });
});

describe('repositories', () => {
  test('are created by the first push only', async () => {
    expect(await errorOf(await call('GET', '/v2/new/app/manifests/v1'))).toBe('404 NAME_UNKNOWN');
    expect((await call('HEAD', `/v2/new/app/blobs/${sha256('x')}`)).status).toBe(404);
    expect(server.ecr.repositories).toEqual([]);
    await pushBlob(server.endpoint, 'new/app', 'x');
    expect(server.ecr.repositories).toEqual(['new/app']);
    expect(await errorOf(await call('POST', '/v2/Upper/blobs/uploads/'))).toBe('400 NAME_INVALID');
    expect(await errorOf(await call('GET', '/v2/%ff/manifests/v1'))).toBe('400 NAME_INVALID');
    expect(await errorOf(await call('GET', '/v2/app/unknown'))).toBe('404 UNSUPPORTED');
  });
});

test('refuses other methods', async () => {
  await pushBlob(server.endpoint, 'app', 'x');
  for (const [method, path] of [
    ['DELETE', `/v2/app/blobs/${sha256('x')}`],
    ['POST', '/v2/app/manifests/v1'],
    ['GET', '/v2/app/blobs/uploads/'],
  ] as const) {
    expect(await errorOf(await call(method, path))).toBe('405 UNSUPPORTED');
  }
});
