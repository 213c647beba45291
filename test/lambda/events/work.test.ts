import { NO_COUNTS } from '../../../lambda/core/audit/counts';
import { UnreadableEvent } from '../../../lambda/events/fields';
import { readWork } from '../../../lambda/events/work';

/** As ECR sends it. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
const event = {
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '123456789012',
  time: '2026-11-16T01:54:34Z',
  region: 'eu-north-1',
  resources: [],
  detail: {
    result: 'SUCCESS',
    'repository-name': 'team/app',
    'image-digest': 'sha256:7f5b',
    'action-type': 'PUSH',
    'image-tag': 'v1',
  },
};

const request = { id: event.id, account: '123456789012', region: 'eu-north-1' };
const read = (change: object) => readWork(JSON.stringify({ ...event, ...change }));
const requestEvent = (detailType: string, detail: object) =>
  read({ source: 'ecr-oci-remediation', 'detail-type': detailType, detail });

test('reads a push', () => {
  const pushedAt = Date.UTC(2026, 10, 16, 1, 54, 34);
  expect(read({})).toEqual({
    kind: 'repair',
    request,
    pushedAt,
    isUrgent: true,
    image: { repository: 'team/app', tag: 'v1' },
  });
});

test.each([{ 'image-tag': '' }, { 'image-tag': undefined }])('a push without a tag has an empty one: %j', (change) => {
  expect(read({ detail: { ...event.detail, ...change } })).toMatchObject({ image: { tag: '' } });
});

test('reads what a replication brought like a push', () => {
  const detail = { ...event.detail, 'action-type': 'REPLICATE', 'source-account': '210987654321' };
  expect(read({ 'detail-type': 'ECR Replication Action', detail })).toMatchObject({
    kind: 'repair',
    image: { tag: 'v1' },
    isUrgent: false,
  });
});

test('reads a deletion as a repair of what was not pushed', () => {
  const deletion = read({ detail: { ...event.detail, 'action-type': 'DELETE' } });
  expect(deletion).toEqual({ kind: 'repair', request, isUrgent: true, image: { repository: 'team/app', tag: 'v1' } });
});

test('reads requests, and a schedule as the request for everything', () => {
  expect(read({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} })).toEqual({
    kind: 'registry-audit',
    request,
    isBackfill: false,
    isDespiteLifecycle: false,
    restarts: 0,
  });
  expect(requestEvent('Registry Audit Requested', { nextToken: 'n' })).toEqual({
    kind: 'registry-audit',
    request,
    nextToken: 'n',
    isBackfill: false,
    isDespiteLifecycle: false,
    restarts: 0,
  });
  const counts = { ...NO_COUNTS, images: 3, refused: { 'zstd-layer': 1 } };
  expect(requestEvent('Repository Audit Requested', { repository: 'a/b' })).toEqual({
    kind: 'repository-audit',
    request,
    repository: 'a/b',
    counts: NO_COUNTS,
    isBackfill: false,
    isDespiteLifecycle: false,
    restarts: 0,
  });
  const begunAgain = { repository: 'a/b', backfill: true, restarts: 2 };
  expect(requestEvent('Repository Audit Requested', begunAgain)).toMatchObject({ isBackfill: true, restarts: 2 });
  expect(requestEvent('Registry Audit Requested', { backfill: false })).toMatchObject({ isBackfill: false });
  expect(requestEvent('Repository Audit Requested', { repository: 'a/b', nextToken: 'n', counts })).toMatchObject({
    nextToken: 'n',
    counts,
  });
  expect(requestEvent('Image Repair Requested', { repository: 'a/b', tag: 'v1' })).toEqual({
    kind: 'repair',
    request,
    image: { repository: 'a/b', tag: 'v1' },
    isUrgent: false,
  });
});

test.each<[object, string]>([
  [{ source: 'aws.s3' }, 'an event of source "aws.s3" and detail-type "ECR Image Action" is not a request'],
  [{ 'detail-type': 'ECR Image Scan' }, 'detail-type "ECR Image Scan" is not a request'],
  [{ detail: undefined }, 'detail is undefined, expected an object'],
  [
    { detail: { ...event.detail, 'action-type': 'UPDATE_STORAGE_CLASS' } },
    'action-type is "UPDATE_STORAGE_CLASS", expected "PUSH"',
  ],
  [{ detail: { ...event.detail, result: 'FAILURE' } }, 'result is "FAILURE"'],
  [{ detail: { ...event.detail, 'repository-name': '' } }, 'repository-name is "", expected text'],
  [{ detail: { ...event.detail, 'image-tag': ['v1'] } }, 'image-tag is ["v1"], expected text'],
  [{ time: 'yesterday' }, 'time is "yesterday", expected a timestamp'],
  [{ account: 1 }, 'account is 1, expected text'],
  [
    { source: 'ecr-oci-remediation', 'detail-type': 'Image Repair Requested', detail: { repository: 'a' } },
    'tag is undefined, expected text',
  ],
  [
    {
      source: 'ecr-oci-remediation',
      'detail-type': 'Repository Audit Requested',
      detail: { repository: 'a', counts: { images: -1 } },
    },
    'images is -1, expected a whole number',
  ],
  [
    {
      source: 'ecr-oci-remediation',
      'detail-type': 'Repository Audit Requested',
      detail: { repository: 'a', nextToken: '' },
    },
    'nextToken is "", expected text',
  ],
  [
    { source: 'ecr-oci-remediation', 'detail-type': 'Registry Audit Requested', detail: { backfill: 'yes' } },
    'backfill is "yes", expected true or false',
  ],
])('says what is wrong with an event (%#)', (wrong, message) => {
  expect(() => read(wrong)).toThrow(UnreadableEvent);
  expect(() => read(wrong)).toThrow(message);
});

test.each([
  ['{', 'is not JSON'],
  ['"nonsense"', 'the event is "nonsense"'],
  ['null', 'the event is null'],
])('says that a body is no event: %s', (body, message) => {
  expect(() => readWork(body)).toThrow(UnreadableEvent);
  expect(() => readWork(body)).toThrow(message);
});
