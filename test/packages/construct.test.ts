import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { LocalAccount } from '../../local';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { peerDependencies } from '../../package.json';
import { Consumer, changeOf } from './consumer';

const root = join(__dirname, '../..');

/** What `npm run package` printed when this was last looked at. Consumers in every language download it, so growth should be a decision. */
const RECORDED = { packed: 261, unpacked: 1240 };

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const { DockerV2Image, DockerV2ImageSource, OciImageRemediation, RepositoryFilter } = require('cdk-ecr-oci-remediation');
const stack = new Stack(new App(), 'Consumer');
new OciImageRemediation(stack, 'Remediation', { repositories: [RepositoryFilter.matching('team/*')] });
const image = '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:v1';
new DockerV2Image(new Stack(stack.node.root, 'Images'), 'Image', { source: DockerV2ImageSource.fromUri(image) });
`;

let app: Consumer;
beforeAll(() => {
  app = new Consumer('cdk-ecr-oci-remediation');
  app.install(['aws-cdk', 'aws-cdk-lib', 'constructs']);
});
afterAll(() => app.remove());

describe('cdk-ecr-oci-remediation', () => {
  test('contains what the construct loads with its types, the functions, the runbook that alarms name, and nothing else', () => {
    const script = `require('${app.packageName}'); console.log(JSON.stringify(Object.keys(require.cache)))`;
    const loaded: string[] = JSON.parse(execFileSync('node', ['-e', script], { cwd: app.directory, encoding: 'utf8' }));
    const own = loaded
      .filter((file) => file.startsWith(`${app.installed}/`))
      .map((file) => relative(app.installed, file));
    expect(own).toContain('lib/oci-image-remediation.js');
    const functions = app.files.filter((file) => file.startsWith('assets/'));
    expect(functions).toContain('assets/remediate/index.js');
    for (const file of functions) {
      const [, name] = /^assets\/([^/]+)\/index\.js$/.exec(file) ?? [];
      expect([file, existsSync(join(root, `lambda/${name}.ts`))]).toEqual([file, true]);
    }
    const others = ['.jsii', 'LICENSE', 'NOTICE', 'README.md', 'docs/outcomes.md', 'docs/runbook.md', 'package.json'];
    const types = own.map((file) => file.replace(/js$/, 'd.ts'));
    expect(app.files).toEqual([...own, ...types, ...functions, ...others].sort());
  });

  test('has not grown by more than a tenth since its size was recorded', () => {
    expect(changeOf(app.sizes, RECORDED)).toBeLessThan(0.1);
  });

  test('its manifest has what an installation and Construct Hub need', () => {
    expect(Object.keys(app.manifest).sort()).toEqual([
      'author',
      'description',
      'engines',
      'jsii',
      'keywords',
      'license',
      'main',
      'name',
      'peerDependencies',
      'repository',
      'stability',
      'types',
      'version',
    ]);
    expect(app.manifest.peerDependencies).toEqual(peerDependencies);
  });

  test('brings the CDK along, since its peers are required, and nothing else', () => {
    const empty = new Consumer(app.packageName);
    empty.install([], ['--package-lock-only']);
    const { packages } = JSON.parse(readFileSync(join(empty.directory, 'package-lock.json'), 'utf8'));
    const installed = Object.entries<{ inBundle?: boolean }>(packages)
      .filter(([path, { inBundle }]) => path && !inBundle)
      .map(([path]) => path);
    empty.remove();
    const ofCdk = ['@aws-cdk/asset-awscli-v1', '@aws-cdk/cloud-assembly-schema', 'aws-cdk-lib', 'constructs'];
    expect(installed.sort()).toEqual(
      expect.arrayContaining([...ofCdk, app.packageName].map((name) => `node_modules/${name}`)),
    );
    expect(
      installed.filter(
        (path) =>
          !/^node_modules\/(@aws-cdk|@aws\/cloudformation-validate|aws-cdk-lib|constructs|cdk-ecr-oci-remediation)/.test(
            path,
          ),
      ),
    ).toEqual([]);
  });

  test('an app synthesizes it with Node.js alone, and its template and functions give a push its companion', async () => {
    for (const tool of ['esbuild', 'typescript'])
      expect(existsSync(join(app.directory, 'node_modules', tool))).toBe(false);
    writeFileSync(join(app.directory, 'app.js'), APP);
    writeFileSync(join(app.directory, 'cdk.json'), JSON.stringify({ app: 'node app.js', notices: false }));
    expect(await app.run('cdk', ['synth', '--quiet'])).toEqual({
      code: 0,
      stdout: expect.any(String),
      stderr: expect.any(String),
    });

    const account = await LocalAccount.start({
      assembly: join(app.directory, 'cdk.out'),
      stack: 'Consumer',
      clock: 'skipping',
    });
    try {
      const registry = new RegistryClient(account.endpoint);
      await registry.push('team/app', 'v1', await dockerDesktopImage());
      await registry.push('other/app', 'v1', await dockerDesktopImage());
      await account.settle();
      expect([...account.ecr.tags('team/app').keys()]).toEqual(['v1', 'v1-dockerv2']);
      expect([...account.ecr.tags('other/app').keys()]).toEqual(['v1']);
      expect(account.deadLetters()).toEqual([]);
    } finally {
      await account.stop();
    }
  });
});
