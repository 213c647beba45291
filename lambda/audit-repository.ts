import { auditPart } from './core/audit/audit';
import { type AuditCounts, addCounts } from './core/audit/audit-counts';
import { skipReasonOfRepository } from './core/companion/policy';
import { AUDIT_FINISHED_DETAIL_TYPE, REQUESTS } from './core/contract';
import { RepositoryNotFound } from './core/errors';
import type { SkipReason } from './core/reasons';
import type { EcrRegistry } from './ecr/ecr-registry';
import { type OwnEvent, putEvents } from './events/put-events';
import type { RepositoryAuditWork } from './events/work';
import type { Service } from './service';
import { log } from './telemetry';

/** Requests are this service's own, so they go where ECR's events go; only outcomes can be sent to another bus. */
export const REQUEST_BUS = 'default';

/** Audits one part of a repository: asks for the repairs that it needs, and then for the next part, or publishes that it was the last. */
export async function auditRepository(service: Service, work: RepositoryAuditWork): Promise<void> {
  const registry = service.registry(work.asked, false);
  const left = await reasonToLeave(service, registry, work);
  if (left) return finish(service, work, work.counts, registry, left);
  const { policy, scope } = service.configuration;
  const part = await auditPart(registry, work.repository, policy, scope, work.nextToken).catch((error: unknown) => {
    if (error instanceof RepositoryNotFound) return undefined;
    throw error;
  });
  if (!part) return finish(service, work, work.counts, registry, 'repository-gone');
  for (const { tag, refusal } of part.refusals) {
    log('INFO', 'audit: refused', { eventId: work.asked.id, repository: work.repository, sourceTag: tag, ...refusal });
  }
  const { repository } = work;
  const counts = addCounts(work.counts, part.counts);
  const repairs: OwnEvent[] = part.wrong.map((tag) => ({
    detailType: REQUESTS.imageRepair,
    detail: { repository, tag },
  }));
  const next = part.nextToken
    ? [{ detailType: REQUESTS.repositoryAudit, detail: { repository, nextToken: part.nextToken, counts } }]
    : [];
  await putEvents(service.eventBridge, REQUEST_BUS, [...repairs, ...next]);
  if (!part.nextToken) await finish(service, work, counts, registry);
}

/** A later part of an audit was begun, so the first has looked already. */
async function reasonToLeave(
  { configuration }: Service,
  registry: EcrRegistry,
  work: RepositoryAuditWork,
): Promise<SkipReason | undefined> {
  const notChosen = skipReasonOfRepository(work.repository, configuration.scope);
  if (notChosen || work.nextToken) return notChosen;
  try {
    return (await registry.isOptedOut(work.repository)) ? 'opted-out' : undefined;
  } catch (error) {
    if (error instanceof RepositoryNotFound) return 'repository-gone';
    throw error;
  }
}

async function finish(
  { eventBridge, configuration }: Service,
  { asked, repository }: RepositoryAuditWork,
  counts: AuditCounts,
  { calls }: EcrRegistry,
  skipped?: SkipReason,
): Promise<void> {
  const detail = { repository, ...counts, ...(skipped ? { skipped } : {}) };
  log('INFO', 'repository audit finished', { eventId: asked.id, ...detail, registryCalls: calls });
  await putEvents(eventBridge, configuration.eventBusName, [{ detailType: AUDIT_FINISHED_DETAIL_TYPE, detail }]);
}
