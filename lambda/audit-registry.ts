import { REQUEST_BUS } from './audit-repository';
import { skipReasonOfRepository } from './core/companion/policy';
import { REQUESTS } from './core/contract';
import { putEvents } from './events/put-events';
import type { RegistryAuditWork } from './events/work';
import type { Service } from './service';
import { log } from './telemetry';

/** Asks for the audit of each chosen repository of one page, and for the next page; repositories that are named need no listing. */
export async function auditRegistry(service: Service, { asked, nextToken }: RegistryAuditWork): Promise<void> {
  const { repositories } = service.configuration.scope;
  const isListed = repositories.some((pattern) => pattern.includes('*'));
  const page = isListed ? await service.registry(asked, false).listRepositories(nextToken) : { names: repositories };
  const chosen = page.names.filter((name) => !skipReasonOfRepository(name, service.configuration.scope));
  const audits = chosen.map((repository) => ({ detailType: REQUESTS.repositoryAudit, detail: { repository } }));
  const next = page.nextToken ? [{ detailType: REQUESTS.registryAudit, detail: { nextToken: page.nextToken } }] : [];
  await putEvents(service.eventBridge, REQUEST_BUS, [...audits, ...next]);
  log('INFO', 'registry audit', { eventId: asked.id, repositories: chosen.length, isLastPage: !page.nextToken });
}
