import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAccount } from '../../../local/account/account';
import type { Package } from '../../../local/images/package';
import { RegistryClient } from '../../../local/images/registry-client';
import type { Ledger } from './ledger';
import type { Step } from './plan';
import { QUEUES } from './queues';
import { variantOf } from './variant';

/** People and CI at work at a time. */
const PUSHERS = 8;
/** With more work waiting than this, nearly every repair would come long after its push. */
const MAX_WAITING = { Pushes: 120, Layers: 20 } as const;

/** Carries out the plan over HTTP, as `docker push` does. Steps of one repository keep their order; others overlap. */
export async function carryOut(
  plan: readonly Step[],
  account: LocalAccount,
  ledger: Ledger,
  progress: (done: number) => void,
): Promise<void> {
  const registry = new RegistryClient(account.endpoint);
  const isBehind = () =>
    QUEUES.some((name) => {
      const { messages, visible } = account.queue(name);
      return messages.length > MAX_WAITING[name] && visible > MAX_WAITING[name];
    });
  const last = new Map<string, Promise<void>>();
  const underWay = new Set<Promise<void>>();
  for (const [at, step] of plan.entries()) {
    while (underWay.size >= PUSHERS) await Promise.race(underWay);
    while (isBehind()) await sleep(10);
    const before = last.get(step.repository);
    const done: Promise<void> = (async () => {
      await before;
      await carryOutStep(step, registry, ledger);
    })().finally(() => underWay.delete(done));
    last.set(step.repository, done);
    underWay.add(done);
    progress(at);
  }
  await Promise.all(underWay);
}

async function carryOutStep(step: Step, registry: RegistryClient, ledger: Ledger): Promise<void> {
  const { repository, tag } = step;
  if (step.do === 'push') {
    const image = imageOfStep(step);
    await registry.push(repository, tag, image);
    ledger.push(repository, tag, image, step.kind.demanded);
  } else if (ledger.find(repository, tag)?.now) {
    const response = await fetch(`${registry.endpoint}/v2/${repository}/manifests/${tag}`, { method: 'DELETE' });
    if (response.status !== 202) throw new Error(`DELETE of ${repository}:${tag} answered ${response.status}`);
    ledger.delete(repository, tag);
  }
}

const imageOfStep = ({ kind, build }: Extract<Step, { do: 'push' }>): Package => variantOf(kind.base, build);
