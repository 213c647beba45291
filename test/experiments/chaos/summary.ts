import Table from 'cli-table3';
import { ALL_FAULTS, type Chaos } from './chaos';
import { QUEUES } from './queues';
import type { Verdict } from './verdict';

/** What a run came to, name by name. */
export function summaryOf(chaos: Chaos, { wrong, lost }: Verdict): Readonly<Record<string, string | number>> {
  const { account, ledger, faults, eventFaults, deadLetters } = chaos;
  const counts = new Map<string, number>([...faults.counts, ...eventFaults.counts]);
  const operations = new Map<string, number>();
  for (const { operation } of account.calls) operations.set(operation, (operations.get(operation) ?? 0) + 1);
  const events = account.bus.events.filter(({ source }) => source === 'aws.ecr');
  const requests = account.bus.events.filter(
    (event) => event['detail-type'] === 'Image Recompression Requested',
  ).length;
  const companions = account.logs.filter(({ line }) => line.includes('"recompressed":{')).length;
  const repairs = account.logs.filter(({ line }) => line.includes('"message":"image remediation"')).length;
  const unpublished = account.logs.filter(({ line }) => line.includes('"message":"outcomes not published"')).length;
  const ends = new Map<string, number>();
  for (const { outcome = 'none' } of deadLetters) ends.set(outcome, (ends.get(outcome) ?? 0) + 1);
  return {
    'tags pushed to': [...ledger.tags].length,
    pushes: ledger.pushed,
    deletions: ledger.deleted,
    'events of ECR': events.length,
    'of them for the service': events.filter((event) => account.bus.matching(event).length > 0).length,
    ...Object.fromEntries([...ALL_FAULTS, 'curse'].map((kind) => [`fault: ${kind}`, counts.get(kind) ?? 0])),
    'processes killed': faults.kills,
    redeliveries: QUEUES.reduce((sum, queue) => sum + account.queue(queue).redeliveries, 0),
    'recompressions requested': requests,
    'recompressed companions': companions,
    'layers uploaded': chaos.calls.uploads.length,
    'dead letters': deadLetters.length,
    ...Object.fromEntries([...ends].sort().map(([end, count]) => [`  after the redrive: ${end}`, count])),
    ...Object.fromEntries([...operations].sort().map(([operation, count]) => [`calls: ${operation}`, count])),
    'outcomes logged': repairs,
    'outcomes not published, and told so': unpublished,
    wrong: wrong.length,
    lost: lost.length,
    seconds: Math.round(chaos.seconds),
  };
}

export function tableOfSummary(summary: Readonly<Record<string, string | number>>): string {
  const table = new Table({ colAligns: ['left', 'right'], style: { head: [], border: [], compact: true } });
  table.push(...Object.entries(summary).map(([name, value]) => [name, value.toLocaleString('en')]));
  return table.toString();
}
