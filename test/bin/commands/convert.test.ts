import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
