import { handleBatch } from '../../lambda/batch';
import { captureLines, FakeService } from '../support/fake-service';
import { OCI, ociImage } from '../support/manifests';

const lines = captureLines();

const pushOf = (tag: string, repository = 'team/app') => ({
  version: '0',
  id: `event-${tag}`,
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  account: '123456789012',
  region: 'eu-north-1',
  time: '2026-11-24T10:00:00Z',
  detail: { result: 'SUCCESS', 'repository-name': repository, 'action-type': 'PUSH', 'image-tag': tag },
});
const requestOf = (detailType: string, detail: object) => ({
  ...pushOf('request'),
  source: 'ecr-oci-remediation',
  'detail-type': detailType,
  detail,
});
const batchOf = (...bodies: (object | string)[]) => ({
  Records: bodies.map((body, at) => ({
    messageId: `message-${at}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })),
});

let service: FakeService;
beforeEach(() => {
  service = new FakeService();
  service.fake.push(ociImage(), OCI.manifest, 'v1');
});

test('does what each event requests', async () => {
  const answer = await handleBatch(
    service,
    batchOf(
      pushOf('v1'),
      requestOf('Registry Audit Requested', {}),
      requestOf('Repository Audit Requested', { repository: 'team/app' }),
    ),
  );
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(service.fake.tags.has('v1-dockerv2')).toBe(true);
  expect(service.requested).toContainEqual({
    detailType: 'Repository Audit Requested',
    detail: { repository: 'team/app' },
  });
  expect(service.published.map(({ detailType }) => detailType).sort()).toEqual([
    'Image Remediation',
    'Repository Audit Finished',
  ]);
});

test('a message that fails goes back alone, with a log line that says why, and is counted', async () => {
  const answer = await handleBatch(service, batchOf('not json', pushOf('v1')));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
  expect(service.fake.tags.has('v1-dockerv2')).toBe(true);
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

test('the log has the beginning of a long body', async () => {
  await handleBatch(service, batchOf('x'.repeat(5_000)));
  expect(String(lines.logs()[0]?.body)).toHaveLength(2_000);
});

test('something else than an error that is thrown is told too', async () => {
  service.fake.before = () => {
    throw 'no more';
  };
  expect(await handleBatch(service, batchOf(pushOf('v1')))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(lines.logs()[0]).toMatchObject({ error: 'Error', detail: 'no more' });
});
