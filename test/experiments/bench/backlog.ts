import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_ACCOUNT } from '../../../local';
import { Template } from '../../../local/cloudformation';
import { bundledChild } from '../../support/bundled-child';
import { STACKS, synthesize } from '../quota/assembly';
import { lanesOf } from '../quota/lanes';
import type { BacklogJob, BacklogResult } from './backlog-child';
import type { Group } from './group';
import { fixed } from './row';
import type { Mapping, Mappings } from './simulated-service';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const PUT_IMAGE_QUOTA = 10;

function mappingsOf(assembly: string): Mappings {
  const template = Template.read(assembly, { ...LOCAL_ACCOUNT, stack: STACKS.service });
  const [pushes, audits] = lanesOf(template).map(
    ({ count, perSecond, batchSize }): Mapping => ({ concurrency: count, putsPerSecond: perSecond, batchSize }),
  );
  if (!pushes || !audits) throw new Error('expected two queues');
  return { pushes, audits };
}

const allowed = ({ concurrency, putsPerSecond }: Mapping) => concurrency * putsPerSecond;

export const backlog: Group = {
  what: 'many repairs at once, at 50 ms a call, in simulated time',
  measure: async ({ quick }) => {
    const directory = mkdtempSync(join(tmpdir(), 'bench-backlog-'));
    const assembly = synthesize({});
    try {
      const run = bundledChild<BacklogJob, BacklogResult>(join(__dirname, 'backlog-child.ts'), directory);
      const mappings = mappingsOf(assembly);
      const repairs = quick ? 1_000 : 20_000;
      const result = await run({ mappings, repairs });
      const [early, late] = result.heapMiB;
      return [
        {
          what: `${repairs.toLocaleString('en-US')} repairs of an audit`,
          unit: 'puts/s',
          ours: [result.auditsPerSecond],
          against: fixed('its share of the quota', allowed(mappings.audits)),
          goal: { atLeast: 0.95 },
        },
        {
          what: `${repairs.toLocaleString('en-US')} pushes`,
          unit: 'puts/s',
          ours: [result.pushesPerSecond],
          against: fixed('their share of the quota', allowed(mappings.pushes)),
          goal: { atLeast: 0.95 },
        },
        {
          what: 'busiest second',
          unit: 'puts',
          ours: [result.busiestSecond],
          against: fixed("the account's quota", PUT_IMAGE_QUOTA),
          goal: { atMost: 1 },
        },
        {
          what: 'push to companion, during the audit',
          unit: 'ms',
          ours: result.latencies,
          against: { what: 'when idle', values: result.idleLatencies },
          goal: { atMost: 1.5 },
        },
        {
          what: 'heap, after all repairs',
          unit: 'MiB',
          ours: [late],
          against: fixed('after a tenth', early),
          goal: { atMost: 1.2 },
        },
      ];
    } finally {
      rmSync(directory, { recursive: true });
      rmSync(assembly, { recursive: true });
    }
  },
};
