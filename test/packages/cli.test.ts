import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { version } from '../../package.json';
import { EcrServer } from '../support/ecr-server';
import { Consumer, changeOf } from './consumer';

/** What `npm run package` printed when this was last looked at. CI jobs download it each time, so growth should be a decision. */
const RECORDED = { packed: 561, unpacked: 1882 };

let app: Consumer;
let local: ChildProcess | undefined;
beforeAll(() => {
  app = new Consumer('ecr-oci');
  app.install();
});
// A failed test must not leave it running: Jest would wait for its pipes without end.
afterEach(() => local?.kill('SIGKILL'));
afterAll(() => app.remove());

describe('ecr-oci', () => {
  test('installs nothing but itself', () => {
    const installed = readdirSync(join(app.directory, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['ecr-oci']);
  });

  test('contains the CLI, the local account with its functions, licenses, and nothing else', () => {
    const isFunction = (file: string) => /^account\/asset\.[0-9a-f]{64}\/index\.js$/.test(file);
    expect(app.files.filter(isFunction).length).toBeGreaterThan(0);
    expect(app.files.filter((file) => !isFunction(file))).toEqual([
      'LICENSE',
      'NOTICE',
      'README.md',
      'THIRD-PARTY-LICENSES.txt',
      'account/OciImageRemediation.assets.json',
      'account/OciImageRemediation.template.json',
      'account/cdk.out',
      'account/manifest.json',
      'bootstrap.cjs',
      'browser/page.js',
      'ecr-oci.js',
      'package.json',
    ]);
  });

  test('has the license of what it bundles', () => {
    const licenses = readFileSync(join(app.installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-ecr', '@smithy/core', 'commander', 'p-map'])
      expect(licenses).toMatch(new RegExp(`^${name} [0-9.]+ \\(`, 'm'));
    expect(licenses).toContain('Copyright (c) 2011 TJ Holowaychuk');
  });

  test('has not grown by more than a tenth since its size was recorded', () => {
    expect(changeOf(app.sizes, RECORDED)).toBeLessThan(0.1);
  });

  test('its manifest has what an installation needs', () => {
    expect(Object.keys(app.manifest).sort()).toEqual([
      'author',
      'bin',
      'description',
      'engines',
      'keywords',
      'license',
      'name',
      'repository',
      'version',
    ]);
  });

  test('checks and repairs an image', async () => {
    const server = await EcrServer.start();
    try {
      await server.registry.push('team/app', 'v1', await dockerDesktopImage());
      const at = ['--endpoint-url', server.endpoint];
      expect(await app.run('ecr-oci', ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
      expect(await app.run('ecr-oci', ['check', 'team/app:v1', ...at])).toMatchObject({ code: 1 });
      expect(await app.run('ecr-oci', ['repair', 'team/app:v1', ...at])).toMatchObject({ code: 0 });
      expect(await app.run('ecr-oci', ['check', 'team/app:v1-dockerv2', ...at])).toMatchObject({ code: 0 });
      expect([...server.ecr.tags('team/app').keys()]).toEqual(['v1', 'v1-dockerv2']);
    } finally {
      await server.stop();
    }
  });

  test('local gives a push its companion, and ends by Ctrl-C', async () => {
    local = app.start('ecr-oci', ['local', '--port', '0', '--json']);
    if (!local.stdout) throw new Error('no pipe to ecr-oci local');
    const lines = createInterface({ input: local.stdout })[Symbol.asyncIterator]();
    const { endpoint } = JSON.parse(String((await lines.next()).value));
    await new RegistryClient(endpoint).push('team/app', 'v1', await dockerDesktopImage());
    const outcome = JSON.parse(String((await lines.next()).value));
    expect(outcome).toMatchObject({ sourceTag: 'v1', outcome: 'converted', companionTag: 'v1-dockerv2' });
    const closed = once(local, 'close');
    local.kill('SIGINT');
    expect(await closed).toEqual([0, null]);
  });
});
