import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf as digestOfBytes, layerOf } from '../../../local/images/blob';
import { imageOf } from '../../../local/images/package';
import { describeWith, skopeoConvert } from '../../support/judges';
import { DOCKER, descriptor, digestOfText, dockerImage, index, OCI, ociImage } from '../../support/manifests';
import { runCli } from '../../support/run-cli';

const directory = mkdtempSync(join(tmpdir(), 'convert-'));
afterAll(() => rmSync(directory, { recursive: true }));

const convert = (manifest: object | string, ...args: string[]) =>
  runCli(['convert', ...args], { stdin: typeof manifest === 'string' ? manifest : JSON.stringify(manifest) });
/** As the converter writes descriptors: `{mediaType, size, digest}`. */
const reordered = ({ mediaType, size, digest }: ReturnType<typeof descriptor>) => ({ mediaType, size, digest });
const { schemaVersion, mediaType, config, layers } = dockerImage();
const asDocker = JSON.stringify({ schemaVersion, mediaType, config: reordered(config), layers: layers.map(reordered) });

test('stdin to stdout: the exact bytes, with their digest on stderr', async () => {
  expect(await convert(ociImage())).toEqual({
    code: 0,
    stdout: asDocker,
    stderr: `${DOCKER.manifest} ${digestOfText(asDocker)}\n`,
  });
});

test('a file does too', async () => {
  const file = join(directory, 'manifest.json');
  writeFileSync(file, JSON.stringify(ociImage(), null, 2));
  expect((await runCli(['convert', file])).stdout).toBe(asDocker);
});

test('there and back again', async () => {
  const there = await convert(ociImage());
  const back = await convert(there.stdout, '--to', 'oci');
  expect(JSON.parse(back.stdout)).toEqual(ociImage());
});

test('what is dropped is named', async () => {
  const { stderr, stdout } = await convert(ociImage('app', { annotations: { a: 'b' } }));
  expect([stdout, stderr]).toEqual([asDocker, expect.stringContaining('drops $.annotations.a\n')]);
});

test('in JSON', async () => {
  const { stdout, stderr } = await convert(ociImage('app', { annotations: { a: 'b' } }), '--json');
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    mediaType: DOCKER.manifest,
    digest: digestOfText(asDocker),
    droppedFields: ['$.annotations.a'],
    manifest: asDocker,
  });
});

test.each([
  ['docker', dockerImage()],
  ['oci', ociImage('app', { annotations: { a: 'b' } })],
])('what already is %s stays as it is', async (form, manifest) => {
  const text = JSON.stringify(manifest, null, 3);
  expect((await convert(text, '--to', form)).stdout).toBe(text);
});

describeWith('skopeo')('a Docker manifest with a config type of before 2017', () => {
  test.each(['application/octet-stream', 'text/html'])(
    '%s: what skopeo writes, but for the config blob, which skopeo rewrites',
    async (configMediaType) => {
      const layers = [await layerOf({ 'etc/os-release': 'ID=example\n' }, DOCKER.gzip)];
      const { top, blobs } = imageOf({ layers, mediaType: DOCKER.manifest, configMediaType });
      const theirs = skopeoConvert(top.text, new Map(blobs.map(({ bytes }) => [digestOfBytes(bytes), bytes])), 'oci');
      const { code, stdout } = await convert(top.text, '--to', 'oci');
      expect(code).toBe(0);
      if (!('bytes' in theirs)) throw new Error(theirs.refused);
      const withoutConfigDigest = (text: string) => {
        const { config, ...rest } = JSON.parse(text);
        return { ...rest, config: { ...config, digest: '', size: 0 } };
      };
      expect(withoutConfigDigest(stdout)).toEqual(withoutConfigDigest(new TextDecoder().decode(theirs.bytes)));
      expect(JSON.parse(stdout).config).toEqual({ ...JSON.parse(top.text).config, mediaType: OCI.config });
    },
  );
});

test('a config of such a type is refused in an OCI manifest, and on the way to Docker', async () => {
  const config = descriptor('application/octet-stream', 'config');
  for (const [manifest, form] of [
    [ociImage('app', { config }), 'oci'],
    [dockerImage('app', { config, layers: [descriptor(OCI.gzip, 'layer')] }), 'docker'],
  ] as const)
    expect(await convert(manifest, '--to', form)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('unknown-config'),
    });
});

test('plain tar layers are refused, unless they may be relabelled', async () => {
  const tar = ociImage('app', { layers: [descriptor(OCI.tar, 'layer')] });
  expect(await convert(tar)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('uncompressed-layer'),
  });
  expect(await convert(tar, '--uncompressed-layers', 'relabel')).toMatchObject({ code: 0 });
});

test("what can't be converted is refused: exit code 1", async () => {
  const cases: readonly (readonly [manifest: object | string, stderr: RegExp])[] = [
    [ociImage('app', { layers: [descriptor(OCI.zstd, 'layer')] }), /refused: zstd-layer/],
    [index([descriptor(OCI.manifest, 'child')]), /refused: this is an index[\s\S]*ecr-oci repair/],
    [ociImage('app', { config: descriptor('application/vnd.cncf.helm.config.v1+json', 'c') }), /artifact of type/],
    ['<html>', /refused: not-json/],
    ['', /refused: not-json/],
    ['{"schemaVersion":2,"schemaVersion":2}', /refused: duplicate-key/],
    [' '.repeat(4 * 1024 * 1024 + 1), /refused: too-large/],
  ];
  const runs = await Promise.all(cases.map(([manifest]) => convert(manifest)));
  expect(runs).toEqual(cases.map(([, stderr]) => ({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) })));
});

test('reads no more than a manifest can have', async () => {
  function* endless() {
    for (;;) yield ' '.repeat(1024 * 1024);
  }
  const { code, stderr } = await runCli(['convert'], { stdin: endless() });
  expect([code, stderr]).toEqual([1, expect.stringContaining('too-large')]);
});

test.each(['/nowhere/manifest.json', '/'])("%s can't be read: exit code 2", async (file) => {
  expect(await runCli(['convert', file])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining("Can't read"),
  });
});
