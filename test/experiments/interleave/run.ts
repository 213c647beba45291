import { type ChildProcess, fork } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { converges } from './property';
import { DEADLY_SCENARIOS, runEveryOrder, SCENARIOS } from './recompression/every-scenario';

/** Runs with one seed; small enough to share out among processes, so that their number changes nothing. */
const RUNS_PER_JOB = 5_000;

interface Job {
  readonly seed: number;
  readonly runs: number;
  readonly path?: string;
}

interface Result {
  readonly runs: number;
  readonly steps: number;
  readonly faults: number;
  readonly schedules: readonly string[];
  readonly commands: readonly string[];
  readonly counterexample?: string;
}

const fingerprint = (text: string): string => createHash('sha1').update(text).digest('base64').slice(0, 12);

/** The first job has the seed as it is, so that any job can be run alone. */
const seedOf = (seed: number, at: number): number =>
  at === 0 ? seed : createHash('sha1').update(`${seed}/${at}`).digest().readInt32BE();

async function run({ seed, runs, path }: Job): Promise<Result> {
  const schedules = new Set<string>();
  const commands = new Set<string>();
  let steps = 0;
  let faults = 0;
  const property = converges({
    seen: (scenario, { trace }) => {
      schedules.add(fingerprint(JSON.stringify([scenario.policy, scenario.immutableCompanions, trace])));
      commands.add(fingerprint(JSON.stringify(scenario.commands)));
      steps += trace.length;
      faults += trace.filter((step) => /^(crash|error) /.test(step)).length;
    },
  });
  const details = await fc.check(property, { seed, numRuns: runs, ...(path ? { path } : {}) });
  const report = details.failed ? await fc.asyncDefaultReportMessage(details) : undefined;
  return {
    runs: details.numRuns,
    steps,
    faults,
    schedules: [...schedules],
    commands: [...commands],
    ...(report
      ? {
          counterexample: `${report}\n${details.errorInstance}\nAgain: npm run interleave -- --runs ${runs} --seed ${seed}`,
        }
      : {}),
  };
}

/** Gives the jobs to child processes, one at a time each, until they are done or one finds a divergence. */
async function runAll(jobs: Job[], processes: number, done: (result: Result) => void): Promise<void> {
  const children: ChildProcess[] = [];
  const work = async () => {
    const child = fork(__filename, ['--worker']);
    children.push(child);
    const ended = new Promise<never>((_, reject) => {
      child.once('exit', (code) => reject(new Error(`a worker ended with code ${code}`)));
    });
    // It also ends when all work is done.
    ended.catch(() => {});
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      child.send(job);
      const [result] = (await Promise.race([once(child, 'message'), ended])) as [Result];
      done(result);
      if (result.counterexample) jobs.length = 0;
    }
  };
  try {
    await Promise.all(Array.from({ length: processes }, work));
  } finally {
    for (const child of children) child.kill();
  }
}

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
};

async function main(): Promise<void> {
  const { runs, seed, processes, path, switches } = new Command('interleave')
    .description(
      'Interleaves random commands, faults and repairs of one repository, and compares each end with the model.',
    )
    .option('--runs <count>', 'interleavings to run', whole, 100_000)
    .option('--seed <number>', 'the same seed runs the same interleavings', whole, randomInt(2 ** 31))
    .option('--processes <count>', 'processes beside each other', whole, 2)
    .option('--path <path>', 'replay one counter-example, as its report names it')
    .option('--switches <count>', 'recompressions run in every order with so many switches between processes', whole, 2)
    .parse()
    .opts<{ runs: number; seed: number; processes: number; switches: number; path?: string }>();
  const jobs = Array.from(
    { length: Math.ceil(runs / RUNS_PER_JOB) },
    (_, at): Job => ({
      seed: seedOf(seed, at),
      runs: Math.min(RUNS_PER_JOB, runs - at * RUNS_PER_JOB),
      ...(path ? { path } : {}),
    }),
  );
  const began = Date.now();
  const total = { runs: 0, steps: 0, faults: 0, schedules: new Set<string>(), commands: new Set<string>() };
  await runAll(jobs, processes, (result) => {
    total.runs += result.runs;
    total.steps += result.steps;
    total.faults += result.faults;
    for (const one of result.schedules) total.schedules.add(one);
    for (const one of result.commands) total.commands.add(one);
    if (!result.counterexample) return;
    console.error(result.counterexample);
    process.exitCode = 1;
  });
  const recompressions = [
    await runEveryOrder(SCENARIOS, switches),
    await runEveryOrder(DEADLY_SCENARIOS, Math.max(0, switches - 1)),
  ];
  for (const { wrong } of recompressions) {
    if (wrong === undefined) continue;
    console.error(wrong);
    process.exitCode = 1;
  }
  console.log(
    [
      `seed                ${seed}`,
      `interleavings       ${total.runs}`,
      `distinct schedules  ${total.schedules.size}`,
      `distinct commands   ${total.commands.size}`,
      `steps               ${total.steps}`,
      `crashes and errors  ${total.faults}`,
      `recompressions      ${recompressions.map(({ orders }) => orders).join(' orders, and with a death ')}`,
      `seconds             ${((Date.now() - began) / 1000).toFixed(1)}`,
      `result              ${process.exitCode ? 'DIVERGED' : 'no divergence'}`,
    ].join('\n'),
  );
}

if (process.argv[2] === '--worker') {
  process.on('message', (job: Job) => {
    void run(job).then((result) => process.send?.(result));
  });
} else {
  void main();
}
