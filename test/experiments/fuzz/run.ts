import { randomInt } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Input, inputOf } from './inputs';
import { judge } from './judge';
import { originals } from './originals';
import { randomOf } from './random';

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
};

function report(error: unknown, { bytes, mediaType, below }: Input, at: number, seed: number): void {
  const base64 = Buffer.from(bytes).toString('base64');
  const file = join(mkdtempSync(join(tmpdir(), 'fuzz-')), 'input');
  writeFileSync(file, bytes);
  for (const { digest, bytes: child } of below.values()) writeFileSync(`${file}-${digest.slice(7, 19)}`, child);
  console.error(error);
  console.error(
    `input ${at} of seed ${seed}, as ${mediaType ?? 'nothing'}, saved as ${file}: ${base64.slice(0, 4_000)}`,
  );
}

async function main(): Promise<void> {
  const { inputs, seed, goOn } = new Command('fuzz')
    .description('Reads and converts mutated real manifests, and checks what must hold whatever the bytes are.')
    .option('--inputs <count>', 'inputs to make', whole, 1_000_000)
    .option('--seed <number>', 'the same seed makes the same inputs', whole, randomInt(2 ** 31))
    .option('--go-on', 'do not stop at a finding; print the first of each kind')
    .parse()
    .opts<{ inputs: number; seed: number; goOn?: boolean }>();
  const from = await originals();
  const random = randomOf(seed);
  const counts = new Map<string, number>();
  const began = performance.now();
  let slowest = { ms: 0, bytes: 0 };
  let heap = 0;
  const findings = new Map<string, number>();
  let done = 0;
  for (; done < inputs && (goOn || findings.size === 0); done += 1) {
    const input = inputOf(random, from);
    const start = performance.now();
    try {
      const answer = await judge(input, random);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    } catch (error) {
      const kind = String(error).replace(/[0-9]+/g, 'N');
      if (!findings.has(kind)) report(error, input, done, seed);
      findings.set(kind, (findings.get(kind) ?? 0) + 1);
    }
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, bytes: input.bytes.length };
    if (done % 100 === 0 || input.bytes.length > 1e6) heap = Math.max(heap, process.memoryUsage().heapUsed);
  }
  console.log(`seed            ${seed}`);
  console.log(`inputs          ${done}`);
  for (const [answer, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${answer.padEnd(30)}${count}`);
  console.log(`seconds         ${((performance.now() - began) / 1000).toFixed(1)}`);
  console.log(`slowest input   ${slowest.ms.toFixed(1)} ms, ${slowest.bytes} bytes`);
  console.log(`largest heap    ${(heap / 2 ** 20).toFixed(0)} MiB`);
  for (const [kind, count] of findings) console.log(`  ${count} × ${kind}`);
  console.log(`findings        ${findings.size}`);
  if (findings.size > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
