import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const isInstalled = spawnSync('skopeo', ['--version']).status === 0;

/**
 * `describe` where the Debian package skopeo is there to judge, or must be. Elsewhere Jest reports the tests as skipped: a machine with
 * Node alone still passes, and still tells what it did not ask.
 */
export const describeWithSkopeo = isInstalled || process.env.CI ? describe : describe.skip;

export function skopeo(...args: string[]): { readonly ok: boolean; readonly output: string; readonly errors: string } {
  const { status, stdout, stderr, error } = spawnSync('skopeo', ['--insecure-policy', ...args], { encoding: 'utf8' });
  if (error) throw new Error(`skopeo cannot be run (apt-get install skopeo): ${error.message}`);
  return { ok: status === 0, output: stdout, errors: stderr };
}

/** What skopeo makes of a manifest and its blobs, or why it does not. */
export function skopeoConvert(
  manifest: string,
  blobs: ReadonlyMap<string, Uint8Array>,
  format: 'v2s2' | 'oci',
): { bytes: Uint8Array } | { refused: string } {
  const directory = mkdtempSync(join(tmpdir(), 'skopeo-'));
  try {
    const source = join(directory, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'version'), 'Directory Transport Version: 1.1\n');
    writeFileSync(join(source, 'manifest.json'), manifest);
    for (const [digest, bytes] of blobs) writeFileSync(join(source, digest.split(':')[1] ?? ''), bytes);
    const { ok, errors } = skopeo('copy', '--format', format, `dir:${source}`, `dir:${join(directory, 'copy')}`);
    return ok ? { bytes: new Uint8Array(readFileSync(join(directory, 'copy', 'manifest.json'))) } : { refused: errors };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
