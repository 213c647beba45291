import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/**
 * `describe` where these Debian packages are there to judge, or must be. Elsewhere Jest reports the tests as skipped: a machine with Node
 * alone still passes, and still tells what it did not ask.
 */
export const describeWith = (...programs: readonly string[]) =>
  process.env.CI || programs.every(isInstalled) ? describe : describe.skip;

/**
 * Runs it beside this process, which may be the server that it talks to.
 * @throws if the program is not installed, fails, or takes more than a minute
 */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { encoding: 'utf8', timeout: 60_000 });
  return stdout;
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
    const args = ['--insecure-policy', 'copy', '--format', format, `dir:${source}`, `dir:${join(directory, 'copy')}`];
    const { status, stderr } = spawnSync('skopeo', args, { encoding: 'utf8' });
    return status === 0
      ? { bytes: new Uint8Array(readFileSync(join(directory, 'copy', 'manifest.json'))) }
      : { refused: stderr };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
