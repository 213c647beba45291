import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '../../package.json';
import { bundleCli } from '../bundle-cli';
import { bundleLocalAccount } from '../bundle-local-account';
import { bundledPackages } from '../third-party-licenses';

/** https://cyclonedx.org/docs/1.5/json/ */
export interface Sbom {
  readonly metadata: { readonly component: object };
  readonly components: readonly { readonly 'bom-ref': string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** What each package contains of others, by the name of the package. The construct's contains nothing: what it needs are peers. */
export const sboms = (root: string): Readonly<Record<string, Sbom>> => {
  const all = npmSbom(root);
  const packed = (one: string): PackedPackage =>
    JSON.parse(readFileSync(join(root, 'dist/packages', one, 'package.json'), 'utf8'));
  return { [name]: only(all, packed(name), new Set()), 'ecr-oci': only(all, packed('ecr-oci'), bundledInCli()) };
};

interface PackedPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

function npmSbom(root: string): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'];
  return JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
}

/** The CLI's dependencies are inside its files, so only the bundler knows which they are. */
function bundledInCli(): ReadonlySet<string> {
  const directory = mkdtempSync(join(tmpdir(), 'sbom-'));
  try {
    const bundles = [bundleCli(directory).metafile, ...bundleLocalAccount(join(directory, 'account'))];
    return new Set(bundledPackages(bundles).map((one) => `${one.name}@${one.version}`));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @throws if a package is bundled that the lock file doesn't have */
export function only(all: Sbom, { name, version, description }: PackedPackage, contained: ReadonlySet<string>): Sbom {
  const components = all.components.filter((component) => contained.has(component['bom-ref']));
  const found = new Set(components.map((component) => component['bom-ref']));
  const unknown = [...contained].filter((ref) => !found.has(ref));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: bundled, but not in package-lock.json`);
  const self = `${name}@${version}`;
  const dependencies = all.dependencies
    .filter(({ ref }) => contained.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => contained.has(other)) }));
  return {
    ...all,
    metadata: {
      ...all.metadata,
      // npm takes the name from the folder.
      component: { ...all.metadata.component, 'bom-ref': self, name, version, description, purl: `pkg:npm/${self}` },
    },
    components,
    dependencies: [{ ref: self, dependsOn: [...contained].sort() }, ...dependencies],
  };
}
