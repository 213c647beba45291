import { skipReasonOfRepository } from './core/companion/policy';
import { REQUESTS } from './core/contract';
import type { RegistryAuditWork } from './events/work';
import { continued, isExpiredToken, restarted } from './page-token';
import type { Service } from './service';
import { log } from './telemetry';

/** Requests the audit of each chosen repository of one page, and the next page; repositories that are named need no listing. */
export async function auditRegistry(service: Service, work: RegistryAuditWork): Promise<void> {
  const { registry, configuration } = service;
  const { policy } = configuration;
  const { repositories } = policy.scope;
  const isListed = repositories.some((pattern) => pattern.includes('*'));
  const page = isListed ? await listPage(service, work) : { names: repositories };
  if (!page) return service.request([{ detailType: REQUESTS.registryAudit, detail: restarted(work) }]);
  const prefixes = await registry.listCachePrefixes();
  const isCache = (name: string) => prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}/`));
  const chosen = page.names.filter((name) => !skipReasonOfRepository(name, policy) && !isCache(name));
  const audits = chosen.map((repository) => ({
    detailType: REQUESTS.repositoryAudit,
    detail: { repository, ...continued(work) },
  }));
  const { nextToken } = page;
  const next = nextToken ? [{ detailType: REQUESTS.registryAudit, detail: { nextToken, ...continued(work) } }] : [];
  // The next page first: its token does not last as long as a queue can.
  await service.request([...next, ...audits]);
  log('INFO', 'registry audit', { eventId: work.request.id, repositories: chosen.length, isLastPage: !nextToken });
}

/** @returns nothing if ECR no longer knows the token */
async function listPage({ registry }: Service, work: RegistryAuditWork) {
  try {
    return await registry.listRepositories(work.nextToken);
  } catch (error) {
    if (isExpiredToken(error, work)) return undefined;
    throw error;
  }
}
