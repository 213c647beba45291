import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ask } from '../../../bin/cli/ask';
import { EXIT, type ExitCode } from '../../../bin/cli/exit-code';
import { Interruption } from '../../../bin/cli/interruption';
import type { Io } from '../../../bin/cli/io';
import { Aws, isLoopback, Unavailable } from './aws';
import { CdkDeployment } from './cdk-deployment';
import { Cleanup } from './cleanup';
import { textOf } from './confirmation';
import { EarlierDeployment } from './deployment';
import { runInteg } from './integ';
import { markdownOf } from './markdown';
import { randomNames } from './names';
import { type Report, redact, reportOf, summaryOf } from './report';

export interface Options {
  readonly region?: string;
  readonly endpointUrl?: string;
  /** The service is there already. */
  readonly deployed?: boolean;
  readonly stack: string;
  /** The deployed service recompresses layers. */
  readonly recompresses?: boolean;
  readonly sendEvents?: boolean;
  readonly keep?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly withAccount?: boolean;
  readonly wait: number;
  readonly timeLimit: number;
  /** The path of both reports, without an extension. */
  readonly report?: string;
}

/** What ends a run before it begins. */
export class Refused extends Error {}

/** @throws Refused before anything is made, if it isn't clear what would happen */
export async function integ(options: Options, io: Io, env: NodeJS.ProcessEnv = process.env): Promise<ExitCode> {
  const { endpointUrl, keep = false, timeLimit: limitMinutes } = options;
  const note = (line: string) => void io.stderr.write(`${line}\n`);
  refuseContradictions(options, env);
  const aws = new Aws(await regionOf(options, env), endpointUrl);
  const { account, caller } = await identityOf(aws);
  const names = randomNames();
  const deployment = options.deployed
    ? new EarlierDeployment(aws, options.stack, options.recompresses ?? false)
    : new CdkDeployment(aws, names, note);
  const where = endpointUrl ?? 'AWS';
  const { region } = aws;
  const about = { where, region, account: account ?? 'unknown', caller, names, limitMinutes, keep };
  note(textOf({ ...about, plan: await deployment.plan(account), deploys: !options.deployed }));
  await confirm(options, io);

  const interruption = new Interruption(io.signals, () => note('interrupted; removing what was made'));
  const limit = AbortSignal.timeout(limitMinutes * 60_000);
  const signal = AbortSignal.any([interruption.signal, limit]);
  const started = io.clock.now();
  const cleanup = new Cleanup(io.clock, note);
  const { wait: waitSeconds, sendEvents = false } = options;
  const context = { aws, names, cleanup, deployment, clock: io.clock, signal, waitSeconds, sendEvents, note };
  const found = await runInteg(context, keep).finally(() => interruption.stop());
  const report = reportOf({
    startedAt: new Date(started).toISOString(),
    minutes: Math.round((io.clock.now() - started) / 6_000) / 10,
    where,
    region,
    account: account ?? found.account ?? 'unknown',
    deployedBy: deployment.how,
    steps: found.steps,
    questions: found.questions,
    left: found.left,
  });
  publish(options.withAccount ? report : redact(report), options, io);
  // These names are needed to delete what is left, so they aren't hidden here.
  for (const { what, why, command } of found.left) note(`LEFT BEHIND: ${what}: ${why}\n  ${command}`);
  if (interruption.exitCode !== undefined) return interruption.exitCode;
  if (limit.aborted) return EXIT.timedOut;
  const isWhole =
    found.steps.every(({ outcome }) => outcome === 'passed') && found.left.every(({ isIntended }) => isIntended);
  return isWhole ? EXIT.ok : EXIT.no;
}

function refuseContradictions({ endpointUrl, sendEvents }: Options, env: NodeJS.ProcessEnv): void {
  if (sendEvents && endpointUrl === undefined)
    throw new Refused('--send-events is for emulators: on AWS, ECR sends its events, and nobody else can.');
  const set = Object.keys(env).find((name) => name.startsWith('AWS_ENDPOINT_URL') && env[name]);
  if (set && endpointUrl === undefined)
    throw new Refused(`${set} is set, so this would not be a run on AWS. Unset it, or use --endpoint-url.`);
}

async function regionOf({ region, endpointUrl }: Options, env: NodeJS.ProcessEnv): Promise<string> {
  const given = region || env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (given) return given;
  if (isLoopback(endpointUrl)) return 'eu-north-1';
  return new STSClient({}).config.region();
}

/** @throws Error if AWS doesn't know the caller; an emulator may have no STS */
async function identityOf(aws: Aws): Promise<{ readonly account?: string; readonly caller: string }> {
  try {
    const get = () => aws.sts.send(new GetCallerIdentityCommand({}));
    const { Account, Arn } = await aws.call('sts:GetCallerIdentity', get);
    if (!Account || !Arn) throw new Error('sts:GetCallerIdentity gave no account');
    return { account: Account, caller: Arn };
  } catch (error) {
    if (error instanceof Unavailable) return { caller: 'someone, as this endpoint has no STS' };
    throw error;
  }
}

async function confirm({ yes }: Options, io: Io): Promise<void> {
  if (yes) return;
  if (!io.stdin.isTTY) throw new Refused("Nobody confirmed this, and stdin isn't a terminal. Use --yes.");
  const answer = await ask(io, "Type 'yes' to go on: ");
  if (answer !== 'yes') throw new Refused(`Nothing was made: the answer was '${answer ?? ''}', expected 'yes'.`);
}

function publish(report: Report, { json, report: path }: Options, { stdout, stderr }: Io): void {
  const file = path ?? `reports/integ-${report.startedAt.replaceAll(/[:.]/g, '-')}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${file}.md`, markdownOf(report));
  stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${summaryOf(report)}\n`);
  stderr.write(`The report is in ${file}.md and ${file}.json.\n`);
}
