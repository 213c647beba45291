import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  index,
  manifest,
  OCI_INDEX,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  pushImageBlobs,
  putManifest,
  type RunningEcr,
  sha256,
  startEcr,
} from './support';

let running: RunningEcr;

beforeEach(async () => {
  running = await startEcr();
});
afterEach(() => running.close());

const call = (method: string, path: string, init: RequestInit = {}) =>
  fetch(`${running.origin}${path}`, { method, ...init });

async function errorOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string; detail: unknown }[] };
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).not.toBe('');
  return `${response.status} ${errors[0]?.code}`;
}

it('says that it is a registry', async () => {
  const response = await call('GET', '/v2/');
  expect(response.status).toBe(200);
  expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
});

describe('manifests', () => {
  it('are pushed by tag and by digest, and come back as they were', async () => {
    await pushImageBlobs(running.origin, 'team/deep/app', 'a');
    const text = ` ${manifest('a')}\n`;
    const digest = sha256(text);
    const pushed = await putManifest(running.origin, 'team/deep/app', 'v1', text, OCI_MANIFEST);
    expect(pushed.status).toBe(201);
    expect(pushed.headers.get('docker-content-digest')).toBe(digest);
    expect(pushed.headers.get('location')).toBe(`/v2/team/deep/app/manifests/${digest}`);
    for (const reference of ['v1', digest]) {
      const response = await call('GET', `/v2/team/deep/app/manifests/${reference}`);
      expect(await response.text()).toBe(text);
      expect(response.headers.get('content-type')).toBe(OCI_MANIFEST);
      expect(response.headers.get('docker-content-digest')).toBe(digest);
      const head = await call('HEAD', `/v2/team/deep/app/manifests/${reference}`);
      expect(head.headers.get('content-length')).toBe(`${text.length}`);
    }
    expect(running.actions()).toEqual([`PUSH v1 ${digest}`]);
  });

  it('a repeated push is fine and has no event; an immutable tag holds', async () => {
    running.ecr.createRepository('fixed', { imageTagMutability: 'IMMUTABLE' });
    for (const repository of ['app', 'fixed']) {
      await pushImage(running.origin, repository, 'a', { tag: 'v1' });
      await pushImageBlobs(running.origin, repository, 'b');
    }
    expect((await putManifest(running.origin, 'app', 'v1', manifest('a'))).status).toBe(201);
    expect((await putManifest(running.origin, 'app', sha256(manifest('a')), manifest('a'))).status).toBe(201);
    expect(running.events).toHaveLength(2);
    for (const name of ['a', 'b']) {
      expect(await errorOf(await putManifest(running.origin, 'fixed', 'v1', manifest(name)))).toBe('400 TAG_INVALID');
    }
    expect(running.events).toHaveLength(2);
  });

  it('are refused with the code that says why', async () => {
    await pushImageBlobs(running.origin, 'app', 'a');
    const put = async (reference: string, text: string, mediaType?: string) =>
      errorOf(await putManifest(running.origin, 'app', reference, text, mediaType));
    expect(await put('v1', manifest('b'))).toBe('400 MANIFEST_BLOB_UNKNOWN');
    expect(await put('v1', index([{ text: manifest('b'), arch: 'amd64' }]))).toBe('400 MANIFEST_BLOB_UNKNOWN');
    expect(await put(sha256('x'), manifest('a'))).toBe('400 DIGEST_INVALID');
    expect(await put('sha256:x', manifest('a'))).toBe('400 DIGEST_INVALID');
    expect(await put('-v1', manifest('a'))).toBe('400 TAG_INVALID');
    expect(await put('v1', '{', OCI_MANIFEST)).toBe('400 MANIFEST_INVALID');
    expect(await put('v1', manifest('a'), DOCKER_MANIFEST)).toBe('400 MANIFEST_INVALID');
    expect(await put('v1', '{}', 'application/vnd.example+json')).toBe('405 UNSUPPORTED');
    expect(await put('v1', ' '.repeat(4 * 1024 * 1024 + 1), OCI_MANIFEST)).toBe('413 SIZE_INVALID');
    const invalidUtf8 = Buffer.concat([Buffer.from('{"mediaType":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const headers = { 'content-type': OCI_MANIFEST };
    const response = await call('PUT', '/v2/app/manifests/v1', { headers, body: invalidUtf8 });
    expect(await errorOf(response)).toBe('400 MANIFEST_INVALID');
    expect(running.events).toEqual([]);
  });

  it('are translated by tag for who does not accept their type, never by digest', async () => {
    const digest = await pushImage(running.origin, 'app', 'a', { tag: 'v1' });
    const get = (reference: string, accept: string) =>
      call('GET', `/v2/app/manifests/${reference}`, { headers: { accept } });
    const translated = await get('v1', `${DOCKER_MANIFEST}, ${DOCKER_LIST};q=0.5`);
    expect(translated.headers.get('content-type')).toBe(DOCKER_MANIFEST);
    expect(translated.headers.get('docker-content-digest')).toBe(digest);
    expect(sha256(await translated.text())).not.toBe(digest);
    const everything = [
      await get('v1', '*/*'),
      await get('v1', `${OCI_MANIFEST};q=1,${DOCKER_MANIFEST}`),
      await get(digest, DOCKER_MANIFEST),
    ];
    for (const response of everything) expect(await response.text()).toBe(manifest('a'));
    expect(await errorOf(await get('v1', OCI_INDEX))).toBe('404 MANIFEST_UNKNOWN');
  });

  it('are deleted by tag and by digest, but not a child of an index', async () => {
    const digest = await pushImage(running.origin, 'app', 'a', { tag: 'v1' });
    const list = index([{ text: manifest('a'), arch: 'amd64' }]);
    await putManifest(running.origin, 'app', 'multi', list);
    expect(await errorOf(await call('DELETE', `/v2/app/manifests/${digest}`))).toBe('403 DENIED');
    expect((await call('DELETE', '/v2/app/manifests/multi')).status).toBe(202);
    expect((await call('DELETE', `/v2/app/manifests/${digest}`)).status).toBe(202);
    expect(await errorOf(await call('GET', '/v2/app/manifests/v1'))).toBe('404 MANIFEST_UNKNOWN');
    expect(await errorOf(await call('DELETE', '/v2/app/manifests/v1'))).toBe('404 MANIFEST_UNKNOWN');
    expect(running.actions().slice(2)).toEqual([`DELETE multi ${sha256(list)}`, `DELETE v1 ${digest}`]);
  });
});

describe('repositories', () => {
  it('come into being with the first push only', async () => {
    expect(await errorOf(await call('GET', '/v2/new/app/manifests/v1'))).toBe('404 NAME_UNKNOWN');
    expect((await call('HEAD', `/v2/new/app/blobs/${sha256('x')}`)).status).toBe(404);
    expect(running.ecr.repositories).toEqual([]);
    await pushBlob(running.origin, 'new/app', 'x');
    expect(running.ecr.repositories).toEqual(['new/app']);
    expect(await errorOf(await call('POST', '/v2/Upper/blobs/uploads/'))).toBe('400 NAME_INVALID');
    expect(await errorOf(await call('GET', '/v2/%ff/manifests/v1'))).toBe('400 NAME_INVALID');
    expect(await errorOf(await call('GET', '/v2/app/unknown'))).toBe('404 UNSUPPORTED');
  });

  it('can be made to be there first', async () => {
    const strict = await startEcr({ createOnPush: false });
    const response = await fetch(`${strict.origin}/v2/app/blobs/uploads/`, { method: 'POST' });
    expect(await errorOf(response)).toBe('404 NAME_UNKNOWN');
    await strict.close();
  });

  it('list their tags in pages', async () => {
    for (const tag of ['c', 'a', 'b']) await pushImage(running.origin, 'app', tag, { tag });
    const first = await call('GET', '/v2/app/tags/list?n=2');
    expect(await first.json()).toEqual({ name: 'app', tags: ['a', 'b'] });
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await call('GET', next);
    expect(await second.json()).toEqual({ name: 'app', tags: ['c'] });
    expect(second.headers.get('link')).toBeNull();
    expect(await errorOf(await call('GET', '/v2/app/tags/list?n=0'))).toBe('400 PAGINATION_NUMBER_INVALID');
  });
});

it('refuses methods that it does not have', async () => {
  await pushBlob(running.origin, 'app', 'x');
  for (const [method, path] of [
    ['DELETE', `/v2/app/blobs/${sha256('x')}`],
    ['POST', '/v2/app/manifests/v1'],
    ['POST', '/v2/app/tags/list'],
    ['GET', '/v2/app/blobs/uploads/'],
  ] as const) {
    expect(await errorOf(await call(method, path))).toBe('405 UNSUPPORTED');
  }
});
