import { App } from 'aws-cdk-lib';
import Table from 'cli-table3';
import { limitOf, memoryOf } from './limit';
import { CASES, measure } from './measure';

async function run(): Promise<void> {
  const memoryMiB = memoryOf(new App());
  const table = new Table({
    head: ['one batch', 'peak MiB', 'CPU s', 'back to the queue', 'puts'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right'],
  });
  for (const one of CASES) {
    const { peakMiB, cpuSeconds, failures, puts } = await measure(one, memoryMiB);
    table.push([one.name, peakMiB.toFixed(0), cpuSeconds.toFixed(1), failures, puts]);
    if (peakMiB >= limitOf(memoryMiB) || failures > 0) process.exitCode = 1;
  }
  console.log(table.toString());
  console.log(`The function has ${memoryMiB} MB, of which ${limitOf(memoryMiB)} are counted as its own.`);
}

void run();
