import { handleBatch } from '../../lambda/batch';
import { captureLines, FakeService } from '../support/fake-service';
import { OCI, ociImage } from '../support/manifests';

const lines = captureLines();

const pushOf = (tag: string, more: object = {}) => ({
  version: '0',
  id: `event-${tag}`,
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  account: '123456789012',
  region: 'eu-north-1',
  time: '2026-11-24T10:00:00Z',
  detail: { result: 'SUCCESS', 'repository-name': 'team/app', 'action-type': 'PUSH', 'image-tag': tag },
  ...more,
});
const requestOf = (detailType: string, detail: object) =>
  pushOf('request', { source: 'ecr-oci-remediation', 'detail-type': detailType, detail });
const repairRequestOf = (tag: string) => requestOf('Image Repair Requested', { repository: 'team/app', tag });

const handle = (bodies: readonly (object | string)[], remainingMs = 60_000, longestWorkMs?: number) =>
  handleBatch(
    service,
    {
      Records: bodies.map((body, at) => ({
        messageId: `message-${at}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })),
    },
    { getRemainingTimeInMillis: () => remainingMs },
    longestWorkMs,
  );
const failed = (...at: number[]) => ({ batchItemFailures: at.map((n) => ({ itemIdentifier: `message-${n}` })) });

let service: FakeService;
beforeEach(() => {
  service = new FakeService();
  service.registry.push(ociImage(), OCI.manifest, 'v1');
});

test('does what each event requests', async () => {
  const answer = await handle([
    pushOf('v1'),
    requestOf('Registry Audit Requested', {}),
    requestOf('Repository Audit Requested', { repository: 'team/app' }),
  ]);
  expect(answer).toEqual(failed());
  expect(service.registry.tags.has('v1-dockerv2')).toBe(true);
  expect(service.runs.map(({ wasPushed }) => wasPushed)).toEqual([true, false, false]);
  expect(service.requested).toContainEqual({
    detailType: 'Repository Audit Requested',
    detail: { repository: 'team/app' },
  });
  expect(service.published.map(({ detailType }) => detailType).sort()).toEqual([
    'Image Remediation',
    'Repository Audit Finished',
  ]);
});

describe('a message that fails', () => {
  test('goes back alone, with a log line that says why, and is counted', async () => {
    expect(await handle(['not json', pushOf('v1')])).toEqual(failed(0));
    expect(service.registry.tags.has('v1-dockerv2')).toBe(true);
    const failure = lines.logs().find(({ level }) => level === 'ERROR');
    expect(failure).toMatchObject({
      message: 'the message goes back to the queue',
      messageId: 'message-0',
      error: 'UnreadableEvent',
      detail: expect.stringContaining('not JSON'),
      stack: expect.stringContaining('UnreadableEvent'),
      body: 'not json',
    });
    expect(lines.metrics()).toContainEqual(expect.objectContaining({ FunctionName: 'remediation', Failed: 1 }));
  });

  test('has the beginning of a long body in the log', async () => {
    await handle(['x'.repeat(5_000)]);
    expect(String(lines.logs()[0]?.body)).toHaveLength(2_000);
  });

  test('is reported whatever was thrown', async () => {
    service.registry.before = () => {
      throw 'no more';
    };
    expect(await handle([pushOf('v1')])).toEqual(failed(0));
    expect(lines.logs()[0]).toMatchObject({ error: 'Error', detail: 'no more' });
  });
});

describe('the same tag several times in a batch', () => {
  test('is one repair, and counts each push', async () => {
    const later = { id: 'event-later', time: '2026-11-24T10:00:05Z' };
    expect(
      await handle([pushOf('v1'), pushOf('v1', later), repairRequestOf('v1'), pushOf('v1', { id: 'event-last' })]),
    ).toEqual(failed());
    expect(service.registry.calls.filter((call) => call.startsWith('putManifest'))).toHaveLength(1);
    expect(service.published).toHaveLength(1);
    expect(lines.metrics()[0]).toMatchObject({ Pushed: 3, Converted: 1 });
    const [line] = lines.logs();
    expect([line?.eventId, line?.mergedEventIds]).toEqual(['event-v1', ['event-later', 'event-request', 'event-last']]);
  });

  test('has the pace of a push if one of them is a push, whatever comes first', async () => {
    await handle([repairRequestOf('v1'), pushOf('v1'), repairRequestOf('v1'), repairRequestOf('v2')]);
    expect(service.runs.map(({ wasPushed }) => wasPushed)).toEqual([true, false]);
  });

  test('fails as a whole', async () => {
    service.registry.before = () => {
      throw new Error('throttled');
    };
    expect(await handle([pushOf('v1'), pushOf('v2'), pushOf('v1')])).toEqual(failed(0, 2, 1));
    expect(lines.metrics().map(({ Failed }) => Failed)).toEqual([2, 1]);
  });
});

test('what an audit requests counts no push', async () => {
  await handle([repairRequestOf('v1')]);
  expect(lines.metrics()[0]).toMatchObject({ Converted: 1 });
  expect(lines.metrics()[0]).not.toHaveProperty('Pushed');
});

test('what was replicated has the pace of audits', async () => {
  const detail = { ...pushOf('v1').detail, 'action-type': 'REPLICATE' };
  await handle([pushOf('v1', { 'detail-type': 'ECR Replication Action', detail })]);
  expect(service.runs).toMatchObject([{ wasPushed: false }]);
  expect(lines.metrics()[0]).toMatchObject({ Pushed: 1 });
});

describe('an event of elsewhere is ignored, though the repository has the same name', () => {
  test.each([
    ['another account', { account: '999999999999' }],
    ['another Region', { region: 'us-east-1' }],
  ])('%s', async (_, elsewhere) => {
    const events = [
      pushOf('v1', elsewhere),
      { ...requestOf('Registry Audit Requested', {}), ...elsewhere },
      { ...requestOf('Repository Audit Requested', { repository: 'team/app' }), ...elsewhere },
      { ...repairRequestOf('v1'), ...elsewhere },
      pushOf('v1', { 'detail-type': 'Scheduled Event', source: 'aws.events', ...elsewhere }),
    ];
    expect(await handle(events)).toEqual(failed());
    expect([service.registry.calls, service.published, service.requested]).toEqual([[], [], []]);
    expect(lines.logs()).toHaveLength(5);
    expect(lines.logs()[0]).toMatchObject({
      level: 'WARN',
      message: 'an event of another account or Region is ignored',
      eventId: 'event-v1',
      ...elsewhere,
    });
  });
});

describe('time', () => {
  afterEach(() => jest.useRealTimers());

  test('nothing is begun that could not be finished', async () => {
    expect(await handle([pushOf('v1'), pushOf('v2'), pushOf('v1')], 9_000)).toEqual(failed(0, 2, 1));
    expect(service.runs).toEqual([]);
    expect(lines.logs().map(({ messageId, detail }) => [messageId, detail])).toEqual(
      ['message-0', 'message-2', 'message-1'].map((id) => [id, 'the work was not done in time']),
    );
  });

  test('work begins with five seconds left beside those for the answer', async () => {
    jest.useFakeTimers();
    expect(await handle([pushOf('v1')], 9_999)).toEqual(failed(0));
    expect(await handle([pushOf('v1')], 10_000)).toEqual(failed());
    expect(jest.getTimerCount()).toBe(0);
  });

  test('work begins with five seconds left beside those for the answer', async () => {
    jest.useFakeTimers();
    expect(await handle([pushOf('v1')], 9_999)).toEqual(failed(0));
    expect(await handle([pushOf('v1')], 10_000)).toEqual(failed());
    expect(jest.getTimerCount()).toBe(0);
  });

  test('work ends in time for the answer, and what was finished stays finished', async () => {
    jest.useFakeTimers();
    service.registry.push(ociImage('slow'), OCI.manifest, 'slow');
    service.registry.before = (call) => (call.includes('slow') ? untilAborted(1) : undefined);
    const answer = handle([pushOf('v1'), pushOf('slow')], 30_000);
    await jest.advanceTimersByTimeAsync(24_999);
    expect(service.runs[1]?.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await answer).toEqual(failed(1));
    expect(service.registry.tags.has('v1-dockerv2')).toBe(true);
    expect(lines.logs().at(-1)).toMatchObject({ error: 'TransientFailure', detail: 'the work was not done in time' });
  });

  test('one repository takes no more than forty seconds of a longer invocation', async () => {
    jest.useFakeTimers();
    service.registry.before = () => untilAborted(0);
    const answer = handle([pushOf('v1')], 600_000);
    await jest.advanceTimersByTimeAsync(40_000);
    expect(await answer).toEqual(failed(0));
  });

  test('a recompression may take most of a quarter of an hour', async () => {
    jest.useFakeTimers();
    service.registry.before = () => untilAborted(0);
    const answer = handle([pushOf('v1')], 900_000, 890_000);
    await jest.advanceTimersByTimeAsync(889_999);
    expect(service.runs[0]?.signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await answer).toEqual(failed(0));
  });

  /** What a call does that never answers: it ends with the signal of its work. */
  function untilAborted(run: number): Promise<void> {
    return new Promise((_, reject) => {
      const { signal } = service.runs[run] ?? {};
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  }
});

test('a put pays for its interval before the invocation ends, also if something failed', async () => {
  await handle([pushOf('v1'), 'not json']);
  expect(service.rests).toBe(1);
});
