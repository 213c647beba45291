import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerDependencies } from '../package.json';

const root = join(__dirname, '..');
const PEERS = ['aws-cdk-lib', 'constructs'] as const;
/** What a test of lib reads, and nothing that is large. */
const COPIED = [
  'assets',
  'bin',
  'docs',
  'jest.config.js',
  'lambda',
  'lib',
  'local',
  'package.json',
  'README.md',
  'scripts',
  'test',
];

/** Compiles lib and runs its tests with one version of each peer, in a copy of this repository. */
function testWith(versions: readonly string[]): void {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'floor-')));
  try {
    for (const name of COPIED) cpSync(join(root, name), join(directory, name), { recursive: true });
    linkDependencies(directory, versions);
    const used = PEERS.map((name) => `${name} ${manifestOf(join(directory, 'node_modules', name)).version}`).join(', ');
    console.log(`--- ${used}`);
    const run = (command: string, args: readonly string[]) =>
      execFileSync(join(root, 'node_modules/.bin', command), args, { cwd: directory, stdio: 'inherit' });
    run('jsii', ['--generate-tsconfig', 'tsconfig.jsii.json', '--silence-warnings', 'metadata/missing-dev-dependency']);
    // cdk-nag needs a CDK that is newer than the floor, and brings the one that is installed here.
    run('jest', ['--selectProjects', 'infra', '--testNamePattern', '^(?!.*cdk-nag)', '--silent', 'test/lib']);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Everything that `npm ci` has installed, but for the peers. */
function linkDependencies(directory: string, versions: readonly string[]): void {
  const cdk = join(directory, 'cdk');
  mkdirSync(cdk);
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', `--prefix=${cdk}`];
  execFileSync('npm', ['install', ...options, ...versions], { cwd: cdk, stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(join(directory, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const isPeer = PEERS.some((peer) => peer === name);
    symlinkSync(join(isPeer ? cdk : root, 'node_modules', name), join(directory, 'node_modules', name));
  }
}

const manifestOf = (directory: string) => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));

testWith(PEERS.map((name) => `${name}@${peerDependencies[name].replace('^', '')}`));
testWith(PEERS.map((name) => `${name}@${peerDependencies[name]}`));
