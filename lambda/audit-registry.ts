import { skipReasonOfRepository } from './core/companion/policy';
import { REQUESTS } from './core/contract';
import type { RegistryAuditWork } from './events/work';
import type { Service } from './service';
import { log } from './telemetry';

/** Requests the audit of each chosen repository of one page, and the next page; repositories that are named need no listing. */
export async function auditRegistry(service: Service, { request, nextToken }: RegistryAuditWork): Promise<void> {
  const { policy } = service.configuration;
  const { repositories } = policy.scope;
  const isListed = repositories.some((pattern) => pattern.includes('*'));
  const page = isListed ? await service.registry(request, false).listRepositories(nextToken) : { names: repositories };
  const chosen = page.names.filter((name) => !skipReasonOfRepository(name, policy));
  const audits = chosen.map((repository) => ({ detailType: REQUESTS.repositoryAudit, detail: { repository } }));
  const next = page.nextToken ? [{ detailType: REQUESTS.registryAudit, detail: { nextToken: page.nextToken } }] : [];
  await service.request([...audits, ...next]);
  log('INFO', 'registry audit', { eventId: request.id, repositories: chosen.length, isLastPage: !page.nextToken });
}
