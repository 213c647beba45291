import { type AuditPage, auditPage } from './core/audit/audit';
import { type AuditCounts, addCounts } from './core/audit/counts';
import { skipReasonOfRepository } from './core/companion/policy';
import { AUDIT_FINISHED_DETAIL_TYPE, REQUESTS } from './core/contract';
import { RegistryRefusal, RepositoryNotFound } from './core/errors';
import type { RefusalReason, SkipReason } from './core/reasons';
import type { OwnEvent } from './events/put-events';
import type { RepositoryAuditWork } from './events/work';
import { continued, isExpiredToken, restarted } from './page-token';
import type { Service } from './service';
import { log } from './telemetry';

const DAY_MS = 24 * 3_600_000;

/** Audits one page of a repository: requests the repairs that it needs and the next page, or publishes that this was the last. */
export async function auditRepository(service: Service, work: RepositoryAuditWork): Promise<void> {
  const { repository } = work;
  const page = await readPage(service, work);
  if (page === 'expired-token')
    return service.request([{ detailType: REQUESTS.repositoryAudit, detail: { repository, ...restarted(work) } }]);
  if (typeof page === 'string') return finish(service, work, { counts: work.counts, skipped: page });
  // Those of the lifecycle policy are all alike, and told by the log line of the audit.
  for (const { image, reason, detail } of page.refusals.filter(({ reason }) => reason !== 'lifecycle-policy'))
    log('INFO', 'audit: refused', { eventId: work.request.id, repository, sourceTag: image.tag, reason, detail });
  const counts = addCounts(work.counts, page.counts);
  const repairs: OwnEvent[] = page.outOfSync.map((tag) => ({
    detailType: REQUESTS.imageRepair,
    detail: { repository, tag, audit: true },
  }));
  const { nextToken } = page;
  const lifecycleRisk = page.lifecycleRisk ?? work.lifecycleRisk;
  const detail = { repository, ...continued(work), nextToken, counts, lifecycleRisk };
  const next = nextToken ? [{ detailType: REQUESTS.repositoryAudit, detail }] : [];
  // The next page first: its token does not last as long as the repairs can take.
  await service.request([...next, ...repairs]);
  if (!nextToken) await finish(service, work, { counts, lifecycleRisk });
}

/** @returns why the repository is left alone, if it is */
async function readPage(
  { registry, configuration }: Service,
  work: RepositoryAuditWork,
): Promise<AuditPage | SkipReason | RefusalReason | 'expired-token'> {
  const { policy, auditWindowDays } = configuration;
  const { repository, nextToken, isBackfill, isDespiteLifecycle } = work;
  const notChosen = skipReasonOfRepository(repository, policy);
  if (notChosen) return notChosen;
  registry.forgetResourceTagsBefore(repository, work.requestedAt);
  try {
    // On later pages of an audit the resource tag was checked already, by the first.
    if (!nextToken && (await registry.isOptedOut(repository))) return 'opted-out';
    const now = Date.now();
    const since = isBackfill ? undefined : now - auditWindowDays * DAY_MS;
    return await auditPage(registry, repository, policy, { since, nextToken, isDespiteLifecycle, now });
  } catch (error) {
    if (error instanceof RepositoryNotFound) return 'repository-gone';
    if (error instanceof RegistryRefusal) return error.reason;
    if (isExpiredToken(error, work)) return 'expired-token';
    throw error;
  }
}

interface Findings {
  readonly counts: AuditCounts;
  readonly lifecycleRisk?: string | undefined;
  readonly skipped?: SkipReason | RefusalReason;
}

async function finish(
  service: Service,
  { request, repository }: RepositoryAuditWork,
  findings: Findings,
): Promise<void> {
  const { counts, lifecycleRisk, skipped } = findings;
  const detail = { repository, ...counts, lifecycleRisk, skipped };
  // No metric: its alarm would go off every day. Pushes have one.
  log(lifecycleRisk === undefined ? 'INFO' : 'WARN', 'repository audit finished', {
    eventId: request.id,
    ...detail,
    registryCalls: service.registry.callCount,
  });
  await service.publish([{ detailType: AUDIT_FINISHED_DETAIL_TYPE, detail }]);
}
