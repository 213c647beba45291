import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWith } from '../../support/judges';
import { DOCKER, OCI } from '../../support/manifests';
import { type Layout, writeLayout } from './oci-layout';
import { sha256, useEcr } from './support';

describeWith('skopeo')('skopeo', () => {
  const { server } = useEcr();
  let work: string;
  let layout: Layout;
  let registry: string;

  beforeAll(async () => {
    registry = `docker://${server.host}`;
    work = await mkdtemp(join(tmpdir(), 'skopeo-'));
    layout = await writeLayout(join(work, 'layout'), ['arm64', 'amd64']);
  });
  afterAll(() => rm(work, { recursive: true }));

  const run = promisify(execFile);
  const skopeo = async (...args: string[]): Promise<string> =>
    (await run('skopeo', ['--insecure-policy', ...args], { env: { ...process.env, HOME: work } })).stdout;
  const push = (tag: string, image: string, ...flags: string[]) =>
    skopeo('copy', '--dest-tls-verify=false', ...flags, `oci:${work}/layout:${tag}`, `${registry}/${image}`);
  const pull = (image: string, folder: string, ...flags: string[]) =>
    skopeo('copy', '--src-tls-verify=false', ...flags, `${registry}/${image}`, `dir:${work}/${folder}`);
  const raw = (image: string) => skopeo('inspect', '--raw', '--tls-verify=false', `${registry}/${image}`);

  /** What `dir:` wrote: the manifest, and every blob under the name of its digest. */
  async function expectWhole(folder: string, text: string): Promise<void> {
    expect(await readFile(join(work, folder, 'manifest.json'), 'utf8')).toBe(text);
    const { config, layers } = JSON.parse(text) as { config: { digest: string }; layers: { digest: string }[] };
    for (const { digest } of [config, ...layers]) {
      expect(sha256(await readFile(join(work, folder, digest.slice('sha256:'.length))))).toBe(digest);
    }
  }

  test('pushes an OCI image, with credentials, and pulls it back by tag and by digest', async () => {
    const text = layout.manifests[1] ?? '';
    await push('amd64', 'team/app:v1', '--dest-creds', 'AWS:anything');
    expect(await raw('team/app:v1')).toBe(text);
    await pull('team/app:v1', 'by-tag');
    await expectWhole('by-tag', text);
    await pull(`team/app@${sha256(text)}`, 'by-digest');
    await expectWhole('by-digest', text);
    expect(server.actions()).toEqual([`PUSH v1 ${sha256(text)}`]);
  });

  test('pushes it as Docker V2 Schema 2, and pulls that back', async () => {
    await push('amd64', 'team/docker:v1', '--format', 'v2s2');
    const text = await raw('team/docker:v1');
    expect(JSON.parse(text)).toMatchObject({ mediaType: DOCKER.manifest });
    await pull('team/docker:v1', 'docker');
    await expectWhole('docker', text);
  });

  test('pushes an index with all its images, whose events have no tag', async () => {
    await push('multi', 'team/multi:v1', '--all');
    expect(await raw('team/multi:v1')).toBe(layout.index);
    for (const text of layout.manifests) expect(await raw(`team/multi@${sha256(text)}`)).toBe(text);
    expect(server.actions()).toEqual([
      ...layout.manifests.map((text) => `PUSH  ${sha256(text)}`),
      `PUSH v1 ${sha256(layout.index)}`,
    ]);
    expect(server.ecr.manifest('team/multi', 'v1')?.mediaType).toBe(OCI.index);
    await pull('team/multi:v1', 'multi', '--all');
    expect(await readFile(join(work, 'multi', 'manifest.json'), 'utf8')).toBe(layout.index);
  });

  test('copies between repositories, and deletes', async () => {
    await push('arm64', 'from/app:v1');
    const both = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    await skopeo('copy', ...both, `${registry}/from/app:v1`, `${registry}/to/app:v2`);
    expect(await raw('to/app:v2')).toBe(layout.manifests[0]);
    await skopeo('delete', '--tls-verify=false', `${registry}/to/app:v2`);
    expect([...server.ecr.tags('to/app')]).toEqual([]);
  });

  test('prints why a tag cannot move', async () => {
    server.ecr.createRepository('fixed', { imageTagMutability: 'IMMUTABLE' });
    await push('amd64', 'fixed:v1');
    await expect(push('arm64', 'fixed:v1')).rejects.toMatchObject({
      stderr: expect.stringContaining('cannot be overwritten because the repository is immutable'),
    });
  });
});
