import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import manifest from '../../../package.json';
import lock from '../../../package-lock.json';
import { publications } from '../../../scripts/release/plan';

const root = join(__dirname, '../../..');
const { jobs } = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'));

test('each job of release.yml but the build publishes something, and each language of package.json has one', () => {
  const planned = publications(['SHA256SUMS']);
  const publishing = Object.keys(jobs).filter((job) => job !== 'build');
  expect([...new Set(planned.map(({ job }) => job))].sort()).toEqual(publishing.sort());
  const { targets } = manifest.jsii;
  const names = [
    targets.python.distName,
    targets.java.maven.groupId,
    targets.dotnet.packageId,
    targets.go.moduleName,
    `${manifest.name}-`,
    'ecr-oci-',
  ];
  expect(Object.keys(targets)).toHaveLength(4);
  expect(names.filter((name) => !planned.some(({ what }) => what.startsWith(name)))).toEqual([]);
});

test('only jobs that publish may write or sign in, and only on a tag', () => {
  expect(jobs.build.permissions).toEqual({ contents: 'read' });
  for (const [name, { if: condition, needs }] of Object.entries<Record<string, unknown>>(jobs))
    if (name !== 'build' && name !== 'github')
      expect([condition, needs]).toEqual(["github.ref_type == 'tag'", 'build']);
  expect(jobs.github.needs).toEqual(Object.keys(jobs).filter((job) => job !== 'build' && job !== 'github'));
});

test('the version stands in package.json alone; npm copies it to the lock file', () => {
  const { version } = manifest;
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
  const named = '(cdk-ecr-oci-remediation|ecr-oci)(@|-|==| )v?[0-9]+\\.[0-9]+\\.[0-9]+';
  // test/examples/packages.test.ts holds the path of the tarball that the examples install.
  const others = ['CHANGELOG.md', 'package-lock.json', 'test/scripts/release', 'examples/typescript/*/package.json'];
  const args = ['grep', '-lE', named, '--', ...others.map((path) => `:!${path}`)];
  // git grep exits with 1 if it finds nothing.
  expect(() => execFileSync('git', args, { cwd: root, stdio: 'pipe' })).toThrow(expect.objectContaining({ status: 1 }));
});
