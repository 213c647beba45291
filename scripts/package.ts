import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import manifest from '../package.json';

const root = join(__dirname, '..');
const dist = join(root, 'dist');

interface Package {
  readonly manifest: { readonly name: string; readonly version: string };
  /** By their paths in the package, the paths in this repository. */
  readonly files: Readonly<Record<string, string>>;
}

/** What concerns work on this repository, and nobody who installs the package. */
const { scripts, devDependencies, overrides, allowScripts, files, ...published } = manifest;

function constructPackage(): Package {
  const [{ files: packed }] = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'], root));
  const paths: string[] = packed
    .map(({ path }: { readonly path: string }) => path)
    .filter((path: string) => path !== 'package.json');
  const stale = paths.filter(
    (path) => /^(lib|lambda)\/.*\.js$/.test(path) && !existsSync(join(root, path.replace(/js$/, 'ts'))),
  );
  if (stale.length > 0)
    throw new Error(`${stale.join(', ')}: compiled from a file that is gone; delete it, and its .d.ts`);
  return { manifest: published, files: Object.fromEntries(paths.map((path) => [path, path])) };
}

function cliPackage(): Package {
  const { version, license, author, repository, engines } = manifest;
  return {
    manifest: {
      name: 'ecr-oci',
      version,
      description:
        'Command line for OCI images in Amazon ECR: check them, and give them Docker V2 companions that SageMaker and AWS Lambda accept.',
      keywords: ['aws', 'ecr', 'oci', 'docker', 'sagemaker', 'lambda', 'cli'],
      license,
      author,
      repository,
      engines,
      bin: { 'ecr-oci': 'ecr-oci.js' },
    } as Package['manifest'],
    files: { '.': 'assets/cli', 'README.md': 'bin/README.md', LICENSE: 'LICENSE', NOTICE: 'NOTICE' },
  };
}

/** The manifest stands in the folder that is packed, because npm takes it from nowhere else. @returns the path of the tarball */
function pack({ manifest, files }: Package): string {
  const directory = join(dist, 'packages', manifest.name);
  rmSync(directory, { recursive: true, force: true });
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    cpSync(join(root, source), join(directory, path), { recursive: true });
  }
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const [{ filename, size, unpackedSize }] = JSON.parse(npm(['pack', '--json', '--pack-destination', dist], directory));
  console.log(`dist/${filename} ${kilobytes(size)}, unpacked ${kilobytes(unpackedSize)}`);
  return filename;
}

const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

mkdirSync(dist, { recursive: true });
for (const each of [constructPackage(), cliPackage()]) pack(each);
