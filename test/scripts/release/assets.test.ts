import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKSUMS, checksumsOf } from '../../../scripts/release/assets';
import { only, type Sbom } from '../../../scripts/release/sbom';

test('sha256sum agrees with the checksums, which leave their own file out', () => {
  const directory = mkdtempSync(join(tmpdir(), 'assets-'));
  try {
    for (const name of ['b.txt', 'a.txt']) writeFileSync(join(directory, name), name);
    writeFileSync(join(directory, CHECKSUMS), checksumsOf(directory));
    writeFileSync(join(directory, CHECKSUMS), checksumsOf(directory));
    const checked = execFileSync('sha256sum', ['--check', '--strict', CHECKSUMS], { cwd: directory, encoding: 'utf8' });
    expect(checked).toBe('a.txt: OK\nb.txt: OK\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe('the SBOM of a package', () => {
  const all: Sbom = {
    metadata: { component: { name: 'the folder', 'bom-ref': 'root@1.0.0', type: 'library' } },
    components: [{ 'bom-ref': 'a@1.0.0' }, { 'bom-ref': 'b@2.0.0' }, { 'bom-ref': 'test-only@3.0.0' }],
    dependencies: [
      { ref: 'root@1.0.0', dependsOn: ['a@1.0.0', 'test-only@3.0.0'] },
      { ref: 'a@1.0.0', dependsOn: ['b@2.0.0', 'test-only@3.0.0'] },
      { ref: 'b@2.0.0' },
      { ref: 'test-only@3.0.0' },
    ],
  };
  const packed = { name: 'ecr-oci', version: '1.2.0', description: 'A CLI.' };

  test('has what the package contains, and no more', () => {
    expect(only(all, packed, new Set(['a@1.0.0', 'b@2.0.0']))).toEqual({
      metadata: {
        component: { ...packed, type: 'library', 'bom-ref': 'ecr-oci@1.2.0', purl: 'pkg:npm/ecr-oci@1.2.0' },
      },
      components: [{ 'bom-ref': 'a@1.0.0' }, { 'bom-ref': 'b@2.0.0' }],
      dependencies: [
        { ref: 'ecr-oci@1.2.0', dependsOn: ['a@1.0.0', 'b@2.0.0'] },
        { ref: 'a@1.0.0', dependsOn: ['b@2.0.0'] },
        { ref: 'b@2.0.0', dependsOn: [] },
      ],
    });
  });

  test('can not have what the lock file does not', () => {
    expect(() => only(all, packed, new Set(['a@1.0.1']))).toThrow('a@1.0.1: bundled, but not in package-lock.json');
  });
});
