import { auditPage } from './core/audit/audit';
import { type AuditCounts, addCounts } from './core/audit/counts';
import { skipReasonOfRepository } from './core/companion/policy';
import { AUDIT_FINISHED_DETAIL_TYPE, REQUESTS } from './core/contract';
import { RepositoryNotFound } from './core/errors';
import type { SkipReason } from './core/reasons';
import type { OwnEvent } from './events/put-events';
import type { RepositoryAuditWork } from './events/work';
import type { Service, ServiceRegistry } from './service';
import { log } from './telemetry';

/** Audits one page of a repository: requests the repairs that it needs and the next page, or publishes that this was the last. */
export async function auditRepository(service: Service, work: RepositoryAuditWork): Promise<void> {
  const registry = service.registry(work.request, false);
  const skipReason = await skipReasonOf(service, registry, work);
  if (skipReason) return finish(service, work, work.counts, registry, skipReason);
  const { policy } = service.configuration;
  const page = await auditPage(registry, work.repository, policy, work.nextToken).catch((error: unknown) => {
    if (error instanceof RepositoryNotFound) return undefined;
    throw error;
  });
  if (!page) return finish(service, work, work.counts, registry, 'repository-gone');
  for (const { image, reason, detail } of page.refusals) {
    const { repository, tag: sourceTag } = image;
    log('INFO', 'audit: refused', { eventId: work.request.id, repository, sourceTag, reason, detail });
  }
  const { repository } = work;
  const counts = addCounts(work.counts, page.counts);
  const repairs: OwnEvent[] = page.outOfSync.map((tag) => ({
    detailType: REQUESTS.imageRepair,
    detail: { repository, tag },
  }));
  const next = page.nextToken
    ? [{ detailType: REQUESTS.repositoryAudit, detail: { repository, nextToken: page.nextToken, counts } }]
    : [];
  await service.request([...repairs, ...next]);
  if (!page.nextToken) await finish(service, work, counts, registry);
}

/** On later pages of an audit the resource tag was checked already, by the first. */
async function skipReasonOf(
  { configuration }: Service,
  registry: ServiceRegistry,
  work: RepositoryAuditWork,
): Promise<SkipReason | undefined> {
  const notChosen = skipReasonOfRepository(work.repository, configuration.policy);
  if (notChosen || work.nextToken) return notChosen;
  try {
    return (await registry.isOptedOut(work.repository)) ? 'opted-out' : undefined;
  } catch (error) {
    if (error instanceof RepositoryNotFound) return 'repository-gone';
    throw error;
  }
}

async function finish(
  service: Service,
  { request, repository }: RepositoryAuditWork,
  counts: AuditCounts,
  { callCount }: ServiceRegistry,
  skipped?: SkipReason,
): Promise<void> {
  const detail = { repository, ...counts, ...(skipped ? { skipped } : {}) };
  log('INFO', 'repository audit finished', { eventId: request.id, ...detail, registryCalls: callCount });
  await service.publish([{ detailType: AUDIT_FINISHED_DETAIL_TYPE, detail }]);
}
