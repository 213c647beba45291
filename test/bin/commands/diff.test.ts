import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { AwsError } from '../../../local/aws/error';
import { type Layer, layerOf } from '../../../local/images/blob';
import { buildxIndex, dockerImage, dockerList, helmChart } from '../../../local/images/catalogue';
import { type ImageParts, imageOf, indexOf, type Package } from '../../../local/images/package';
import { describeWith, run } from '../../support/judges';
import { skippableFrame } from '../../support/layers';
import { DOCKER, OCI } from '../../support/manifests';
import { useEcrCli } from '../../support/run-cli';

interface Difference {
  readonly kind: string;
  readonly where: string;
  readonly platform?: string;
  readonly a: string;
  readonly b: string;
}

const cli = useEcrCli({ sharedBy: 'file' });
const diff = (a: string, b: string, ...args: string[]) => cli.run(['diff', `team/app:${a}`, `team/app:${b}`, ...args]);

async function found(a: string, b: string, ...args: string[]) {
  const { code, stdout, stderr } = await diff(a, b, '--json', ...args);
  if (stderr !== '') throw new Error(stderr);
  const { isProvenByContent, differences } = JSON.parse(stdout);
  const kinds = [...new Set((differences as Difference[]).map(({ kind }) => kind))].sort();
  return { code, isProvenByContent, kinds, differences: differences as readonly Difference[] };
}

const TAR = { 'opt/ml/model.txt': 'model '.repeat(1000) };
const layer = (compression: 'gzip' | 'zstd' | 'none', files: Readonly<Record<string, string>> = TAR) =>
  layerOf(files, { gzip: OCI.gzip, zstd: OCI.zstd, none: OCI.tar }[compression], compression);
const tarOf = async () => (await layer('none')).bytes;
const image = (layers: readonly Layer[], more: Partial<ImageParts> = {}): Package => imageOf({ layers, ...more });
/** An image whose layer claims to be the usual one, and has these bytes. */
const claiming = async (bytes: Buffer) => image([{ ...(await layer('gzip')), bytes }]);

const entry = (of: Package, architecture: string) => ({ of, about: { platform: { os: 'linux', architecture } } });

beforeAll(async () => {
  const [gzip, zstd, tar] = await Promise.all([layer('gzip'), layer('zstd'), layer('none')]);
  const content = await tarOf();
  const half = Math.floor(content.length / 2);
  const frames = [content.subarray(0, half), content.subarray(half)].map((part) => zstdCompressSync(part));
  const other = await layer('gzip', { 'opt/ml/model.txt': 'another' });
  const images: Readonly<Record<string, Package>> = {
    gzip: image([gzip]),
    zstd: image([zstd]),
    tar: image([tar]),
    recompressed: image([{ ...gzip, bytes: gzipSync(content, { level: 1 }) }]),
    frames: image([{ ...zstd, bytes: Buffer.concat([skippableFrame(Buffer.from('toc')), ...frames]) }]),
    annotated: image([gzip], { more: { annotations: { 'org.example.by': 'ada' } } }),
    docker: image([{ ...gzip, mediaType: DOCKER.gzip }], { mediaType: DOCKER.manifest }),
    arm64: image([gzip], { architecture: 'arm64' }),
    other: image([other]),
    two: image([gzip, other]),
    'two-zstd': image([gzip, await layer('zstd', { 'opt/ml/model.txt': 'another' })]),
    'only-amd64': indexOf(OCI.index, [entry(image([gzip]), 'amd64')]),
    'only-arm64': indexOf(OCI.index, [entry(image([gzip], { architecture: 'arm64' }), 'arm64')]),
    lying: await claiming(other.bytes),
    damaged: await claiming(gzip.bytes.subarray(0, -9)),
    index: await buildxIndex('OCI artifact'),
    'index-again': await buildxIndex('image manifest', 'buildx-OCI artifact'),
    'other-index': await buildxIndex('OCI artifact', 'other'),
    list: await dockerList(),
    'list-amd64': await dockerImage('list amd64'),
    chart: await helmChart(),
  };
  for (const [tag, one] of Object.entries(images)) await cli.push(tag, one);
  await cli.run(['repair', 'team/app:index', '--platform', 'linux/amd64', '--platform', 'linux/arm64']);
  await cli.run(['repair', 'team/app:annotated']);
});
afterEach(() => {
  cli.server.before = () => {};
});

describe('the same image', () => {
  test('a companion and its source, by their digests: no layer or config is read', async () => {
    const before = cli.calls('GetDownloadUrlForLayer');
    const { code, isProvenByContent, kinds, differences } = await found('annotated', 'annotated-dockerv2');
    expect([code, isProvenByContent, kinds]).toEqual([0, true, ['annotation', 'media-type']]);
    expect(differences).toContainEqual({
      kind: 'annotation',
      where: "$.annotations['org.example.by']",
      a: '"ada"',
      b: 'nothing',
    });
    expect(differences.filter(({ kind }) => kind === 'media-type').map(({ where }) => where)).toEqual([
      '$.mediaType',
      '$.config.mediaType',
      '$.layers[0].mediaType',
    ]);
    expect(cli.calls('GetDownloadUrlForLayer')).toBe(before);
  });

  test('the companion of each platform of an index', async () => {
    for (const [companion, platform] of [
      ['index-dockerv2', 'linux/amd64'],
      ['index-dockerv2-arm64', 'linux/arm64'],
    ] as const) {
      const { code, stdout } = await diff('index', companion);
      expect([code, stdout]).toEqual([0, expect.stringContaining(`the same image (${platform}), by the digests`)]);
      expect((await diff(companion, 'index')).code).toBe(0);
    }
    expect((await diff('list', 'list-amd64')).code).toBe(0);
  });

  test('a recompressed one by its config, and with --layers by the content of its layers', async () => {
    for (const tag of ['recompressed', 'zstd', 'tar', 'frames']) {
      expect(await found('gzip', tag)).toMatchObject({ code: 0, isProvenByContent: false });
      const { code, isProvenByContent, kinds } = await found('gzip', tag, '--layers');
      const expected = tag === 'recompressed' ? ['compression'] : ['compression', 'media-type'];
      expect([code, isProvenByContent, kinds]).toEqual([0, true, expected]);
    }
    expect((await diff('gzip', 'zstd')).stdout).toMatch(/^the same image, by its config; --layers reads/);
    expect((await diff('gzip', 'zstd', '--layers')).stdout).toMatch(/^the same image, by the content of its layers$/m);
  });

  test('only layers that have other digests are read', async () => {
    const before = cli.calls('GetDownloadUrlForLayer');
    const { code, differences } = await found('two', 'two-zstd', '--layers');
    expect([code, differences.map(({ where }) => where)]).toEqual([0, ['$.layers[1].mediaType', '$.layers[1]']]);
    // A config and a layer of each.
    expect(cli.calls('GetDownloadUrlForLayer') - before).toBe(2 + 2);
  });

  test('two indexes with the same images, whatever their attestations are', async () => {
    expect(await found('index', 'index-again')).toMatchObject({ code: 0, kinds: [] });
  });

  test('a reference and itself, whatever it is', async () => {
    expect(await found('chart', 'chart')).toMatchObject({ code: 0, differences: [] });
  });
});

describe('another image', () => {
  test('by its config, field by field', async () => {
    const { code, differences } = await found('gzip', 'arm64');
    expect(code).toBe(1);
    expect(differences).toMatchObject([
      { kind: 'config', where: '$.config.digest' },
      { kind: 'config', where: 'config: $.architecture', a: '"amd64"', b: '"arm64"' },
    ]);
  });

  test('by the content of a layer', async () => {
    const { code, differences } = await found('gzip', 'other');
    const [one, other] = [await layer('gzip'), await layer('gzip', { 'opt/ml/model.txt': 'another' })];
    expect(code).toBe(1);
    expect(differences).toContainEqual({ kind: 'layer', where: '$.layers[0]', a: one.diffId, b: other.diffId });
  });

  test('by a layer more', async () => {
    const { code, differences } = await found('gzip', 'two');
    expect(code).toBe(1);
    expect(differences.filter(({ kind }) => kind === 'layer')).toMatchObject([{ where: '$.layers[1]', a: 'nothing' }]);
  });

  test('by a layer that is not what its config says, which only --layers can tell', async () => {
    expect(await found('gzip', 'lying')).toMatchObject({ code: 0, isProvenByContent: false });
    const { code, differences } = await found('gzip', 'lying', '--layers');
    expect([code, differences]).toEqual([
      1,
      [expect.objectContaining({ kind: 'layer', b: expect.stringContaining('but its config says') })],
    ]);
  });

  test('by one platform of an index, or one that is missing', async () => {
    const { code, differences } = await found('index', 'other-index');
    expect(code).toBe(1);
    expect(new Set(differences.map(({ platform }) => platform))).toEqual(new Set(['linux/amd64', 'linux/arm64']));
    expect(await found('index', 'index-dockerv2-arm64', '--platform', 'linux/amd64')).toMatchObject({ code: 1 });
    const missing = await cli.run(['diff', 'team/app:index', 'team/app:list', '--platform', 'linux/s390x']);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('has an image for linux/s390x')]);
  });
});

test('two indexes of one platform each are not compared across platforms', async () => {
  const { code, differences } = await found('only-amd64', 'only-arm64');
  expect([code, differences]).toMatchObject([
    1,
    [
      { kind: 'platform', where: 'linux/amd64', b: 'nothing' },
      { kind: 'platform', where: 'linux/arm64', a: 'nothing' },
    ],
  ]);
});

describe('could not find out', () => {
  test.each<[a: string, b: string, stderr: RegExp, ...args: string[]]>([
    ['gzip', 'gzp', /no image team\/app:gzp\.\nDid you mean team\/app:gzip\?/],
    ['gzip', 'chart', /team\/app:chart is an artifact of type application\/vnd\.cncf\.helm/],
    ['gzip', 'damaged', /of team\/app:damaged can't be decompressed: unexpected end of file/, '--layers'],
  ])('%s and %s', async (a, b, stderr, ...args) => {
    expect(await diff(a, b, ...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  test('because the config is not what the manifest names', async () => {
    const { config } = JSON.parse(String(cli.server.ecr.manifest('team/app', 'two-zstd')?.bytes));
    const file = globSync(`**/*${config.digest.slice('sha256:'.length)}*`, { cwd: cli.server.blobDirectory })[0] ?? '';
    const path = join(cli.server.blobDirectory, file);
    const before = readFileSync(path);
    writeFileSync(path, String(before).replace('amd64', 'arm64'));
    const { code, stderr } = await diff('two', 'two-zstd');
    writeFileSync(path, before);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/config of team\/app:two hashes to sha256:/)]);
  });

  test('because the config may not be read', async () => {
    cli.server.before = ({ operation }) => {
      if (operation === 'GetDownloadUrlForLayer') throw new AwsError('AccessDeniedException', 'No.');
    };
    expect((await diff('gzip', 'zstd')).code).toBe(2);
    expect((await diff('gzip', 'docker')).code).toBe(0);
  });
});

test('what several layers have in common is one line', async () => {
  const { stdout } = await diff('index', 'index-dockerv2');
  expect(stdout).toMatch(
    /^ {2}media type +linux\/amd64 \$\.layers\[\*\]\.mediaType \(2 layers\): "application\/vnd\.oci\S+ -> "application\/vnd\.docker\S+$/m,
  );
  expect(stdout.match(/\.layers\[/g)).toHaveLength(1);
});

describeWith('skopeo', 'buildah')('with images of buildah and skopeo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'diff-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const skopeo = (...args: string[]) => run('skopeo', '--insecure-policy', ...args);

  const to = (tag: string) => `docker://${cli.server.host}/team/app:${tag}`;

  beforeAll(async () => {
    writeFileSync(join(directory, 'model.txt'), 'weights\n'.repeat(500));
    const storage = ['--root', join(directory, 'root'), '--runroot', join(directory, 'run'), '--storage-driver', 'vfs'];
    const buildah = (...args: string[]) => run('buildah', ...storage, ...args);
    const container = (await buildah('from', 'scratch')).trim();
    await buildah('copy', container, join(directory, 'model.txt'), '/model.txt');
    await buildah('commit', '--format', 'oci', container, `oci:${directory}/layout:v1`);
    const copy = (tag: string, ...flags: string[]) =>
      skopeo('copy', '--dest-tls-verify=false', ...flags, `oci:${directory}/layout:v1`, to(tag));
    await copy('built');
    await copy('built-v2s2', '--format', 'v2s2');
    // skopeo 1.9 leaves alone what is compressed, and puts what it remembers of a registry of this name in the place of a tar.
    await skopeo('copy', '--dest-decompress', `oci:${directory}/layout:v1`, `dir:${directory}/tars`);
    const byAnotherName = to('built-zstd').replace('127.0.0.1', 'localhost');
    const zstd = ['--dest-compress-format', 'zstd', '--dest-compress-level', '3'];
    await skopeo('copy', '--dest-tls-verify=false', ...zstd, `dir:${directory}/tars`, byAnotherName);
  });

  test('a copy in another format, and with other compression, is the same image', async () => {
    expect(await found('built', 'built-v2s2')).toMatchObject({ code: 0, isProvenByContent: true });
    const { code, isProvenByContent } = await found('built', 'built-zstd', '--layers');
    expect([code, isProvenByContent]).toEqual([0, true]);
    const raw = async (tag: string) => JSON.parse(await skopeo('inspect', '--raw', '--tls-verify=false', to(tag)));
    const [one, other] = [await raw('built'), await raw('built-zstd')];
    expect(other.config.digest).toBe(one.config.digest);
    expect([one, other].map(({ layers }) => layers[0].mediaType)).toEqual([OCI.gzip, OCI.zstd]);
  });

  test.each([
    ['built', 'sagemaker', 1],
    ['built', 'lambda', 0],
    ['built-v2s2', 'sagemaker,lambda', 0],
    ['built-zstd', 'lambda', 1],
  ])('check of %s for %s exits with %i', async (tag, consumers, code) => {
    expect((await cli.run(['check', `team/app:${tag}`, '--for', consumers])).code).toBe(code);
  });

  test('scan shows who accepts them', async () => {
    const { stdout } = await cli.run(['scan', '--repository', 'team/app', '--for', 'sagemaker,lambda']);
    const built = stdout.split('\n').filter((line) => line.includes('team/app:built'));
    expect(built.map((line) => line.split(/ {2,}/)).sort()).toEqual([
      ['missing', 'OCI image', 'no', 'yes', 'team/app:built'],
      ['not-needed already-docker', 'Docker V2', 'yes', 'yes', 'team/app:built-v2s2'],
      ['refused zstd-layer', 'OCI image', 'no', 'no', 'team/app:built-zstd'],
    ]);
  });
});
