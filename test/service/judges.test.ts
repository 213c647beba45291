import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalAccount } from '../../local/account/account';
import { writeLayout } from '../local/ecr/oci-layout';
import { synthesize } from '../support/assembly';
import { startDistribution } from '../support/distribution';
import { describeWith, run } from '../support/judges';
import { DOCKER, digestOfText, OCI } from '../support/manifests';

let directory: string;
let account: LocalAccount;
let repository: string;
let assembly: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'judges-'));
  assembly = synthesize();
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
  repository = `docker://${account.registryHost}/team/app`;
});
afterAll(async () => {
  await account.stop();
  for (const path of [directory, assembly]) rmSync(path, { recursive: true });
});

const skopeo = (...args: string[]) => run('skopeo', '--insecure-policy', ...args);
const raw = (image: string) => skopeo('inspect', '--raw', '--tls-verify=false', image);
const inspect = async (tag: string): Promise<{ mediaType: string; config: { digest: string } }> =>
  JSON.parse(await raw(`${repository}:${tag}`));

describeWith('skopeo')('with skopeo', () => {
  beforeAll(async () => {
    await writeLayout(join(directory, 'layout'), ['arm64', 'amd64']);
    for (const [from, to, ...flags] of [
      ['amd64', 'v1'],
      ['multi', 'v2', '--all'],
    ]) {
      await skopeo(
        'copy',
        '--dest-tls-verify=false',
        ...flags,
        `oci:${directory}/layout:${from}`,
        `${repository}:${to}`,
      );
    }
    await account.settle();
  });

  test.each(['v1', 'v2'])(
    'the companion of %s is Docker V2 Schema 2 with the same image ID, and comes back whole',
    async (tag) => {
      expect((await inspect(tag)).mediaType).toBe(tag === 'v1' ? OCI.manifest : OCI.index);
      const companion = await inspect(`${tag}-dockerv2`);
      expect(companion.mediaType).toBe(DOCKER.manifest);
      expect(companion.config.digest).toBe((await inspect('v1')).config.digest);
      const pulled = join(directory, `pulled-${tag}`);
      await skopeo('copy', '--src-tls-verify=false', `${repository}:${tag}-dockerv2`, `dir:${pulled}`);
      expect(readFileSync(join(pulled, 'manifest.json'), 'utf8')).toBe(await raw(`${repository}:${tag}-dockerv2`));
    },
  );

  describeWith('docker-registry')('and docker-registry', () => {
    test('another registry takes the companion as it is', async () => {
      const { process, host } = await startDistribution(directory);
      process.removeAllListeners('exit');
      try {
        const copy = `docker://${host}/copy:v1`;
        await skopeo(
          'copy',
          '--preserve-digests',
          '--src-tls-verify=false',
          '--dest-tls-verify=false',
          `${repository}:v1-dockerv2`,
          copy,
        );
        expect(digestOfText(await raw(copy))).toBe(account.ecr.manifest('team/app', 'v1-dockerv2')?.digest);
      } finally {
        process.kill();
      }
    });
  });
});

describeWith('buildah')('with buildah', () => {
  test('an image that buildah builds and pushes comes back as a companion that buildah pulls', async () => {
    const storage = ['root', 'runroot'].map((name) => join(directory, 'storage', name));
    const [root = '', runroot = ''] = storage;
    for (const path of storage) mkdirSync(path, { recursive: true });
    const buildah = async (...args: string[]) =>
      (await run('buildah', '--storage-driver', 'vfs', '--root', root, '--runroot', runroot, ...args)).trim();
    const policy = join(directory, 'policy.json');
    writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    writeFileSync(join(directory, 'model'), 'weights');

    const container = await buildah('from', 'scratch');
    await buildah('add', container, join(directory, 'model'), '/opt/ml/model');
    await buildah('config', '--cmd', '/serve', container);
    const committed = await buildah('commit', '--signature-policy', policy, '--format', 'oci', '--rm', container);
    const imageId = committed.split('\n').at(-1) ?? '';
    await buildah('push', '--signature-policy', policy, '--tls-verify=false', imageId, `${repository}:buildah`);
    await account.settle();

    await buildah('rmi', '--all', '--force');
    const pulled = await buildah(
      'pull',
      '--signature-policy',
      policy,
      '--tls-verify=false',
      `${repository}:buildah-dockerv2`,
    );
    expect(pulled).toContain(
      account.ecr.manifest('team/app', 'buildah-dockerv2')?.config?.digest.replace('sha256:', '') ?? 'no companion',
    );
  });
});
