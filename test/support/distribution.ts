import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A registry that nobody here wrote. Resolves to its host and port. */
export function startDistribution(directory: string): Promise<{ process: ChildProcess; host: string }> {
  const configuration = join(directory, 'registry.yml');
  const storage = { filesystem: { rootdirectory: join(directory, 'registry') } };
  writeFileSync(configuration, JSON.stringify({ version: 0.1, storage, http: { addr: '127.0.0.1:0' } }));
  const process = spawn('docker-registry', ['serve', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    process.once('error', reject);
    process.once('exit', (code) =>
      reject(new Error(`docker-registry ended with ${code} (apt-get install docker-registry)`)),
    );
    createInterface({ input: process.stderr }).on('line', (line) => {
      const [, host] = /listening on (127\.0\.0\.1:\d+)/.exec(line) ?? [];
      if (host) resolve({ process, host });
    });
  });
}
