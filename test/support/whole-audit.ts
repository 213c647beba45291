import { auditPage } from '../../lambda/core/audit/audit';
import { addCounts, NO_COUNTS } from '../../lambda/core/audit/counts';
import type { Policy } from '../../lambda/core/companion/policy';
import { repair } from '../../lambda/core/companion/repair';
import type { FakeRegistry } from './fake-registry';
import { DEFAULT_POLICY } from './policy';

/** All pages of an audit, and what they found together. */
export async function audit(registry: FakeRegistry, policy: Policy = DEFAULT_POLICY) {
  let counts = NO_COUNTS;
  const outOfSync: string[] = [];
  const refusals: string[] = [];
  let nextToken: string | undefined;
  let pages = 0;
  do {
    const page = await auditPage(registry, registry.repository, policy, { nextToken, now: 0 });
    counts = addCounts(counts, page.counts);
    outOfSync.push(...page.outOfSync);
    refusals.push(...page.refusals.map(({ image, reason }) => `${image.tag} ${reason}`));
    nextToken = page.nextToken;
    pages += 1;
  } while (nextToken);
  return { counts, outOfSync: outOfSync.sort(), refusals, pages };
}

export async function repairAll(registry: FakeRegistry, tags: readonly string[], policy = DEFAULT_POLICY) {
  for (const tag of tags) await repair(registry, { repository: registry.repository, tag }, policy);
}
