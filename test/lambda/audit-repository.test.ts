import { auditRepository } from '../../lambda/audit-repository';
import { NO_COUNTS } from '../../lambda/core/audit/counts';
import { RegistryRefusal, RepositoryNotFound } from '../../lambda/core/errors';
import type { RepositoryAuditWork } from '../../lambda/events/work';
import { CONFIGURATION, captureLines, FakeService, FakeServiceRegistry, REQUEST } from '../support/fake-service';
import { keepNewest, policyOf } from '../support/lifecycle-images';
import { DOCKER, descriptor, dockerImage, OCI, ociImage } from '../support/manifests';
import { DEFAULT_POLICY } from '../support/policy';

const lines = captureLines();
const audit: RepositoryAuditWork = {
  kind: 'repository-audit',
  request: REQUEST,
  repository: 'team/app',
  requestedAt: 7,
  counts: NO_COUNTS,
  isBackfill: true,
  isDespiteLifecycle: false,
  restarts: 0,
};

let service: FakeService;
beforeEach(() => {
  service = new FakeService();
});

test('requests a repair for each tag that is out of sync, and publishes what it found', async () => {
  service.registry.push(ociImage('a'), OCI.manifest, 'a');
  service.registry.push(ociImage('b'), OCI.manifest, 'b');
  service.registry.push(dockerImage(), DOCKER.manifest, 'd');
  await auditRepository(service, audit);
  const repairOf = (tag: string) => ({
    detailType: 'Image Repair Requested',
    detail: { repository: 'team/app', tag, audit: true },
  });
  expect(service.requested).toEqual([repairOf('a'), repairOf('b')]);
  const detail = { repository: 'team/app', images: 3, ociImages: 2, upToDate: 0, requested: 2, refused: {} };
  expect(service.published).toEqual([{ detailType: 'Repository Audit Finished', detail }]);
  expect(lines.logs()).toEqual([
    {
      timestamp: expect.any(String),
      level: 'INFO',
      message: 'repository audit finished',
      eventId: 'event-1',
      ...detail,
      registryCalls: 4,
    },
  ]);
});

test('logs and counts what it can not repair, and does not request it', async () => {
  service.registry.push(ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'z');
  await auditRepository(service, audit);
  expect(service.requested).toEqual([]);
  expect(service.published).toMatchObject([{ detail: { requested: 0, refused: { 'zstd-layer': 1 } } }]);
  expect(lines.logs()[0]).toMatchObject({
    level: 'INFO',
    message: 'audit: refused',
    eventId: 'event-1',
    repository: 'team/app',
    sourceTag: 'z',
    reason: 'zstd-layer',
    detail: expect.stringContaining('$.layers[0]'),
  });
});

describe('a repository of several pages', () => {
  beforeEach(() => {
    service.registry.pageSize = 1;
    for (let n = 0; n < 12; n += 1) service.registry.push(ociImage(`n${n}`), OCI.manifest, `n${n}`);
  });

  test('requests the next page with the counts so far, and publishes nothing yet', async () => {
    await auditRepository(service, { ...audit, counts: { ...NO_COUNTS, images: 5, requested: 2 } });
    expect(service.requested[0]).toEqual({
      detailType: 'Repository Audit Requested',
      detail: {
        repository: 'team/app',
        nextToken: '10',
        backfill: true,
        counts: { images: 15, ociImages: 10, upToDate: 0, requested: 12, refused: {} },
      },
    });
    expect(service.published).toEqual([]);
  });

  test('the last page publishes the counts of all', async () => {
    const counts = { images: 10, ociImages: 10, upToDate: 1, requested: 9, refused: { 'zstd-layer': 3 } };
    await auditRepository(service, { ...audit, nextToken: '10', counts });
    expect(service.requested).toHaveLength(2);
    expect(service.published).toMatchObject([
      { detail: { images: 12, ociImages: 12, upToDate: 1, requested: 11, refused: { 'zstd-layer': 3 } } },
    ]);
  });

  test('is judged by the resource tags as they were when it was requested, or later', async () => {
    await auditRepository(service, audit);
    expect(service.registry.forgotten).toEqual([{ repository: 'team/app', time: 7 }]);
  });

  test('later pages do not ask again whether the repository opted out', async () => {
    await auditRepository(service, { ...audit, nextToken: '10' });
    expect(service.registry.calls).not.toContain('isOptedOut');
  });
});

describe('the audit window', () => {
  const DAY_MS = 86_400_000;
  /** With a window of seven days. */
  const requestedFor = async (ageMs: number, isBackfill: boolean) => {
    service = new FakeService();
    const { digest } = service.registry.push(ociImage(), OCI.manifest, 'v1');
    service.registry.pushedAt.set(digest, Date.now() - ageMs);
    await auditRepository(service, { ...audit, isBackfill });
    return service.requested.length;
  };

  test('has images of its last days; a backfill has those of any age', async () => {
    expect(await requestedFor(7 * DAY_MS - 60_000, false)).toBe(1);
    expect(await requestedFor(7 * DAY_MS + 60_000, false)).toBe(0);
    expect(await requestedFor(7 * DAY_MS + 60_000, true)).toBe(1);
  });
});

describe('when ECR no longer knows the page token', () => {
  const expired = Object.assign(new Error('Invalid token'), { name: 'InvalidParameterException' });

  test('the audit begins again, as what it was and with counts of its own', async () => {
    service.registry.before = () => {
      throw expired;
    };
    await auditRepository(service, { ...audit, nextToken: 'old', isDespiteLifecycle: true });
    expect(service.requested).toEqual([
      {
        detailType: 'Repository Audit Requested',
        detail: { repository: 'team/app', backfill: true, despiteLifecycle: true, restarts: 1 },
      },
    ]);
    expect(service.published).toEqual([]);
  });

  test('but not on the first page', async () => {
    service.registry.before = () => {
      throw expired;
    };
    await expect(auditRepository(service, audit)).rejects.toBe(expired);
  });
});

describe('a repository that is left alone', () => {
  const finishedWith = (skipped: string) => [
    { detailType: 'Repository Audit Finished', detail: { repository: 'team/app', ...NO_COUNTS, skipped } },
  ];

  test('because it opted out', async () => {
    service.registry.push(ociImage(), OCI.manifest, 'v1');
    service.registry.optedOut.add('team/app');
    await auditRepository(service, audit);
    expect([service.requested, service.published]).toEqual([[], finishedWith('opted-out')]);
    expect(service.registry.calls).toEqual(['isOptedOut']);
  });

  test('because it was not chosen', async () => {
    const scope = { ...DEFAULT_POLICY.scope, repositories: ['other/*'] };
    service = new FakeService(new FakeServiceRegistry(), { ...CONFIGURATION, policy: { ...DEFAULT_POLICY, scope } });
    await auditRepository(service, audit);
    expect([service.requested, service.published]).toEqual([[], finishedWith('repository-not-chosen')]);
    expect(service.registry.calls).toEqual([]);
  });

  test('because of what no retry changes', async () => {
    service.registry.before = () => {
      throw new RegistryRefusal('access-denied', 'an explicit deny');
    };
    await auditRepository(service, audit);
    expect([service.requested, service.published]).toEqual([[], finishedWith('access-denied')]);
  });

  test.each(['isOptedOut', 'listManifests'])('because it is gone at %s', async (call) => {
    service.registry.before = (made) => {
      if (made === call) throw new RepositoryNotFound('team/app');
    };
    await auditRepository(service, audit);
    expect([service.requested, service.published]).toEqual([[], finishedWith('repository-gone')]);
  });
});

test.each(['isOptedOut', 'listManifests'])('an error at %s is thrown, so that the queue retries it', async (call) => {
  service.registry.before = (made) => {
    if (made === call) throw new Error('throttled');
  };
  await expect(auditRepository(service, audit)).rejects.toThrow('throttled');
  expect(service.published).toEqual([]);
});

describe('a lifecycle policy that can cost the repository sources', () => {
  const RISK = 'rule 1 would expire v0, which would stay without companions';
  const MORE =
    'rule 1 of the lifecycle policy counts companions too, so of 1 images it keeps about 0 with their companions';
  const keepOne = () => {
    service.registry.lifecyclePolicy = policyOf(keepNewest(1, 'any'));
    service.registry.push(ociImage('v0'), OCI.manifest, 'v0');
  };

  test('is in the event and the log, without an alarm every day; nothing is requested, and no line for each tag', async () => {
    keepOne();
    await auditRepository(service, audit);
    expect(service.requested).toEqual([]);
    expect(service.published).toMatchObject([
      { detail: { lifecycleRisk: RISK, refused: { 'lifecycle-policy': 1 }, requested: 0 } },
    ]);
    expect(lines.logs()).toMatchObject([{ level: 'WARN', message: 'repository audit finished', lifecycleRisk: RISK }]);
    expect(lines.metrics()).toEqual([]);
  });

  test('despite it, if the request says so', async () => {
    keepOne();
    await auditRepository(service, { ...audit, isDespiteLifecycle: true });
    expect(service.requested).toMatchObject([{ detail: { repository: 'team/app', tag: 'v0' } }]);
    expect(service.published).toMatchObject([{ detail: { lifecycleRisk: MORE, requested: 1 } }]);
  });

  test('what an early page found is told by the last', async () => {
    service.registry.lifecyclePolicy = policyOf(keepNewest(1, ['a*']));
    service.registry.pageSize = 1;
    service.registry.push(ociImage('a'), OCI.manifest, 'a');
    for (let n = 0; n < 12; n += 1) service.registry.push(dockerImage(`d${n}`), DOCKER.manifest, `d${n}`);
    await auditRepository(service, { ...audit, isDespiteLifecycle: true });
    const [next] = service.requested;
    expect(next?.detail).toMatchObject({
      lifecycleRisk: MORE,
      backfill: true,
      despiteLifecycle: true,
      nextToken: '10',
    });
    await auditRepository(service, { ...audit, nextToken: '10', lifecycleRisk: MORE });
    expect(service.published).toMatchObject([{ detail: { lifecycleRisk: MORE } }]);
  });
});
