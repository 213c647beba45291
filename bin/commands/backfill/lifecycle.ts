import type { ScanSettings } from '../../inventory/inspect-batch';
import { whyNotBackfill } from '../../inventory/lifecycle';
import type { BackfillReport } from './report';
import type { Work } from './work';

/**
 * Reports each tag whose first companion would cost its repository images, by the repository's lifecycle policy.
 * @returns those tags
 */
export async function refuseByLifecycle(
  settings: ScanSettings,
  found: readonly Work[],
  report: BackfillReport,
  signal: AbortSignal,
): Promise<ReadonlySet<Work>> {
  const newByRepository = new Map<string, Work[]>();
  for (const work of found.filter(({ isNew }) => isNew)) {
    const others = newByRepository.get(work.repository) ?? [];
    newByRepository.set(work.repository, others);
    others.push(work);
  }
  const refused = new Set<Work>();
  for (const [repository, work] of newByRepository) {
    if (signal.aborted) break;
    const tags = work.map(({ tag }) => tag);
    const detail = await whyNotBackfill(settings, repository, tags);
    if (detail === undefined) continue;
    report.lifecycleRisks.push({ repository, why: detail });
    for (const one of work) {
      refused.add(one);
      const { tag: sourceTag, companionTag } = one;
      report.add({ repository, sourceTag, outcome: 'refused', reason: 'lifecycle-policy', detail, companionTag });
    }
  }
  return refused;
}
