import { auditRegistry } from '../../lambda/audit-registry';
import { CONFIGURATION, captureLines, FakeService, FakeServiceRegistry, REQUEST } from '../support/fake-service';
import { DEFAULT_POLICY } from '../support/policy';

const lines = captureLines();
const work = { kind: 'registry-audit', request: REQUEST } as const;

const auditOf = (repository: string) => ({ detailType: 'Repository Audit Requested', detail: { repository } });

function serviceFor(repositories: readonly string[], pages: readonly (readonly string[])[]): FakeService {
  const registry = new FakeServiceRegistry();
  registry.repositoryPages = pages;
  const scope = { repositories, excludedTags: [] };
  return new FakeService(registry, { ...CONFIGURATION, policy: { ...DEFAULT_POLICY, scope } });
}

test('requests the audit of each chosen repository of a page, and the next page', async () => {
  const service = serviceFor(['team/*'], [['team/a', 'other/b', 'team/c'], ['team/d']]);
  await auditRegistry(service, work);
  expect(service.requested).toEqual([
    auditOf('team/a'),
    auditOf('team/c'),
    { detailType: 'Registry Audit Requested', detail: { nextToken: '1' } },
  ]);
  expect(lines.logs()).toMatchObject([
    { level: 'INFO', message: 'registry audit', eventId: 'event-1', repositories: 2, isLastPage: false },
  ]);
  expect(service.registries).toEqual([{ address: REQUEST, wasPushed: false }]);
});

test('goes on where the page before ended, and ends with the last', async () => {
  const service = serviceFor(['*'], [['team/a'], ['team/d']]);
  await auditRegistry(service, { ...work, nextToken: '1' });
  expect(service.requested).toEqual([auditOf('team/d')]);
  expect(service.fake.calls).toEqual(['listRepositories 1']);
  expect(lines.logs()).toMatchObject([{ repositories: 1, isLastPage: true }]);
});

test('repositories that are named need no listing', async () => {
  const service = serviceFor(['team/a', 'ml/b'], []);
  await auditRegistry(service, work);
  expect(service.requested).toEqual([auditOf('team/a'), auditOf('ml/b')]);
  expect(service.fake.calls).toEqual([]);
});

test('one pattern beside a name needs it', async () => {
  const service = serviceFor(['team/a', 'ml/*'], [['team/a', 'team/b', 'ml/c']]);
  await auditRegistry(service, work);
  expect(service.requested).toEqual([auditOf('team/a'), auditOf('ml/c')]);
});
