import { auditRegistry } from '../../lambda/audit-registry';
import { CONFIGURATION, captureLines, FakeService, FakeServiceRegistry, REQUEST } from '../support/fake-service';
import { DEFAULT_POLICY } from '../support/policy';

const lines = captureLines();
const work = {
  kind: 'registry-audit',
  request: REQUEST,
  isBackfill: false,
  isDespiteLifecycle: false,
  restarts: 0,
} as const;

const auditOf = (repository: string) => ({ detailType: 'Repository Audit Requested', detail: { repository } });

function serviceFor(repositories: readonly string[], pages: readonly (readonly string[])[]): FakeService {
  const registry = new FakeServiceRegistry();
  registry.repositoryPages = pages;
  const scope = { ...DEFAULT_POLICY.scope, repositories };
  return new FakeService(registry, { ...CONFIGURATION, policy: { ...DEFAULT_POLICY, scope } });
}

test('requests the audit of each chosen repository of a page, and the next page', async () => {
  const service = serviceFor(['team/*'], [['team/a', 'other/b', 'team/c'], ['team/d']]);
  await auditRegistry(service, work);
  expect(service.requested).toEqual([
    { detailType: 'Registry Audit Requested', detail: { nextToken: '1' } },
    auditOf('team/a'),
    auditOf('team/c'),
  ]);
  expect(lines.logs()).toMatchObject([
    { level: 'INFO', message: 'registry audit', eventId: 'event-1', repositories: 2, isLastPage: false },
  ]);
});

test('goes on where the page before ended, and ends with the last', async () => {
  const service = serviceFor(['*'], [['team/a'], ['team/d']]);
  await auditRegistry(service, { ...work, nextToken: '1' });
  expect(service.requested).toEqual([auditOf('team/d')]);
  expect(service.registry.calls).toEqual(['listRepositories 1', 'listCachePrefixes']);
  expect(lines.logs()).toMatchObject([{ repositories: 1, isLastPage: true }]);
});

test('repositories that are named need no listing', async () => {
  const service = serviceFor(['team/a', 'ml/b'], []);
  await auditRegistry(service, work);
  expect(service.requested).toEqual([auditOf('team/a'), auditOf('ml/b')]);
  expect(service.registry.calls).toEqual(['listCachePrefixes']);
});

test('one pattern beside a name needs it', async () => {
  const service = serviceFor(['team/a', 'ml/*'], [['team/a', 'team/b', 'ml/c']]);
  await auditRegistry(service, work);
  expect(service.requested).toEqual([auditOf('team/a'), auditOf('ml/c')]);
});

test('leaves pull-through caches out: their images belong to an upstream registry', async () => {
  const service = serviceFor(['*'], [['docker-hub/library/alpine', 'docker-hub', 'docker-hub-mirror', 'team/a']]);
  service.registry.cachePrefixes = ['docker-hub', 'quay'];
  await auditRegistry(service, work);
  expect(service.requested).toEqual([auditOf('docker-hub-mirror'), auditOf('team/a')]);
});

test('a backfill goes on as one', async () => {
  const service = serviceFor(['*'], [['team/a'], ['team/b']]);
  await auditRegistry(service, { ...work, isBackfill: true });
  expect(service.requested.map(({ detail }) => detail)).toEqual([
    { nextToken: '1', backfill: true },
    { repository: 'team/a', backfill: true },
  ]);
});

describe('when ECR no longer knows the page token', () => {
  const expired = Object.assign(new Error('Invalid token'), { name: 'InvalidParameterException' });

  test('the audit begins again, as what it was', async () => {
    const service = serviceFor(['*'], []);
    service.registry.before = () => {
      throw expired;
    };
    await auditRegistry(service, { ...work, nextToken: 'old', isBackfill: true, restarts: 2 });
    expect(service.requested).toEqual([
      { detailType: 'Registry Audit Requested', detail: { restarts: 3, backfill: true } },
    ]);
  });

  test.each([
    ['three times at most', { nextToken: 'old', restarts: 3 }, expired],
    ['but not on the first page', {}, expired],
    ['but not for another error', { nextToken: 'old' }, new Error('throttled')],
  ])('%s', async (_, more, error) => {
    const service = serviceFor(['*'], []);
    service.registry.before = () => {
      throw error;
    };
    await expect(auditRegistry(service, { ...work, ...more })).rejects.toBe(error);
  });
});
