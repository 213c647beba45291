import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OciImageRemediationStackProps } from '../../../lib';
import { LOCAL_ACCOUNT, LocalAccount } from '../../../local';
import { Template } from '../../../local/cloudformation';
import { requestEvent } from '../../support/request-event';
import { STACKS, synthesize } from './assembly';
import { Ci, type CiResult } from './ci';
import { Companions } from './companions';
import { pushAtOnce, storeOldImages } from './images';
import { type Busiest, busiestOf, lanesOf } from './lanes';

export interface QuotaOptions {
  readonly props: OciImageRemediationStackProps;
  /** Messages of an invocation, if not as many as the construct allows. */
  readonly batchSize?: number;
  /** How many tags are pushed at once. A quarter as many old images wait for an audit. */
  readonly tags: number;
  /** `PutImage` calls a second that the account may make. */
  readonly quota: number;
  /** Pushes a second of a CI that shares it. */
  readonly ciPerSecond: number;
  /** Seconds that the CI pushes into an account without the service, for comparison. */
  readonly aloneSeconds: number;
  /** How long to wait for the companions. */
  readonly patienceSeconds: number;
  /** Ends the run when the CI is throttled. @default false */
  readonly endWhenThrottled?: boolean;
  /** Receives a line now and then. @default nobody */
  readonly progress?: (line: string) => void;
}

export interface QuotaResult {
  readonly alone: CiResult;
  readonly withService: CiResult;
  /** From the burst of pushes to the first moment when every companion exists; nothing if there was none. */
  readonly secondsToAllCompanions: number | undefined;
  readonly companions: number;
  readonly missing: number;
  readonly audits: number;
  /** Execution environments that called `PutImage`. */
  readonly environments: number;
  readonly calls: Readonly<Record<string, number>>;
  /** Of pushes and audits together, attempts that were throttled included. */
  readonly busiest: readonly Busiest[];
}

/** Execution environments for each invocation at a time, so that one that made a call is used again only long after its interval. */
const ROTATION = 4;

/** Whether the service takes what a CI needs of the account's `PutImage` quota. In real time, as the quota is. */
export async function runQuota(options: QuotaOptions): Promise<QuotaResult> {
  const { props, batchSize, quota, progress = () => {} } = options;
  const assembly = synthesize(props, batchSize);
  try {
    const alone = await ciAlone(assembly, options);
    progress(`the CI alone: ${alone.pushes} pushes in ${Math.round(alone.seconds)} s, ${alone.throttled} throttled`);
    const lanes = lanesOf(Template.read(assembly, { ...LOCAL_ACCOUNT, stack: STACKS.service }));
    const puts: { readonly at: number; readonly session: string }[] = [];
    const account = await LocalAccount.start({
      assembly,
      stack: STACKS.service,
      putImagesPerSecond: quota,
      minEnvironments: ROTATION * lanes.reduce((sum, { count }) => sum + count, 0),
      beforeCall: ({ operation, session }) => {
        if (operation === 'PutImage' && session !== undefined) puts.push({ at: Date.now(), session });
      },
    });
    try {
      const result = await ciWithService(account, options, progress);
      return {
        alone,
        ...result,
        environments: new Set(puts.map(({ session }) => session)).size,
        calls: countBy(account.calls.map(({ operation }) => operation)),
        busiest: busiestOf(
          puts.map(({ at }) => at),
          lanes,
        ),
      };
    } finally {
      await account.stop();
    }
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

async function ciAlone(assembly: string, { quota, ciPerSecond, aloneSeconds }: QuotaOptions): Promise<CiResult> {
  const account = await LocalAccount.start({ assembly, stack: STACKS.nothing, putImagesPerSecond: quota });
  try {
    const ci = await Ci.start(account, ciPerSecond, new Companions());
    await sleep(aloneSeconds * 1_000);
    return await ci.stop();
  } finally {
    await account.stop();
  }
}

async function ciWithService(
  account: LocalAccount,
  { tags, ciPerSecond, patienceSeconds, endWhenThrottled = false }: QuotaOptions,
  progress: (line: string) => void,
) {
  const companions = new Companions();
  await storeOldImages(account, Math.ceil(tags / 4), companions);
  const ci = await Ci.start(account, ciPerSecond, companions);
  try {
    await pushAtOnce(account, tags, companions);
    const began = Date.now();
    const secondsSoFar = () => (Date.now() - began) / 1_000;
    let audits = 0;
    let secondsToAllCompanions: number | undefined;
    const isOver = () => secondsToAllCompanions !== undefined || (endWhenThrottled && ci.throttled > 0);
    for (let look = 0; !isOver() && secondsSoFar() < patienceSeconds; look += 1) {
      if (account.queue('Audits').messages.length === 0) {
        account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', { backfill: true }));
        audits += 1;
      }
      const missing = companions.missingIn(account.ecr);
      if (look % 80 === 0)
        progress(`${Math.round(secondsSoFar())} s: ${missing} of ${companions.count} companions are missing`);
      if (missing === 0) secondsToAllCompanions = secondsSoFar();
      else await sleep(250);
    }
    const withService = await ci.stop();
    const didCatchUp = secondsToAllCompanions !== undefined;
    // Those of the CI's last pushes.
    for (let look = 0; didCatchUp && look < 20 && companions.missingIn(account.ecr) > 0; look += 1) await sleep(250);
    const missing = companions.missingIn(account.ecr);
    return { withService, secondsToAllCompanions, companions: companions.count, missing, audits };
  } finally {
    await ci.stop();
  }
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}
