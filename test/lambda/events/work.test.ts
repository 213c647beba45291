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

const at = Date.UTC(2026, 10, 16, 1, 54, 34);
const request = { id: event.id, account: '123456789012', region: 'eu-north-1' };
const ownRequest = (detailType: string, detail: object) => ({
  source: 'ecr-oci-remediation',
  'detail-type': detailType,
  detail,
});
const read = (change: object) => readWork(JSON.stringify({ ...event, ...change }));

test('reads a push', () => {
  expect(read({})).toEqual({
    kind: 'repair',
    request,
    pushedAt: at,
    isUrgent: true,
    image: { repository: 'team/app', tag: 'v1' },
  });
});

test.each([{ 'image-tag': '' }, { 'image-tag': undefined }])('a push without a tag has an empty one: %j', (change) => {
  expect(read({ detail: { ...event.detail, ...change } })).toMatchObject({ image: { tag: '' } });
});

test('reads what a replication brought like a push', () => {
  const detail = { ...event.detail, 'action-type': 'REPLICATE', 'source-account': '210987654321' };
  expect(read({ 'detail-type': 'ECR Replication Action', detail })).toEqual({ ...read({}), isUrgent: false });
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
  expect(read(ownRequest('Registry Audit Requested', { nextToken: 'n' }))).toEqual({
    kind: 'registry-audit',
    request,
    nextToken: 'n',
    isBackfill: false,
    isDespiteLifecycle: false,
    restarts: 0,
  });
  const counts = { ...NO_COUNTS, images: 3, refused: { 'zstd-layer': 1 } };
  expect(read(ownRequest('Repository Audit Requested', { repository: 'a/b' }))).toEqual({
    kind: 'repository-audit',
    request,
    repository: 'a/b',
    requestedAt: at,
    counts: NO_COUNTS,
    isBackfill: false,
    isDespiteLifecycle: false,
    restarts: 0,
  });
  const later = { repository: 'a/b', backfill: true, despiteLifecycle: true, restarts: 2, lifecycleRisk: 'rule 1' };
  expect(read(ownRequest('Repository Audit Requested', later))).toMatchObject({
    isBackfill: true,
    isDespiteLifecycle: true,
    restarts: 2,
    lifecycleRisk: 'rule 1',
  });
  expect(read(ownRequest('Registry Audit Requested', { backfill: false }))).toMatchObject({ isBackfill: false });
  expect(read(ownRequest('Repository Audit Requested', { repository: 'a/b', nextToken: 'n', counts }))).toMatchObject({
    nextToken: 'n',
    counts,
  });
  for (const detailType of ['Image Repair Requested', 'Image Recompression Requested'])
    expect(read(ownRequest(detailType, { repository: 'a/b', tag: 'v1' }))).toEqual({
      kind: 'repair',
      request,
      image: { repository: 'a/b', tag: 'v1' },
      isUrgent: false,
      requestedAt: at,
    });
  expect(read(ownRequest('Image Repair Requested', { repository: 'a/b', tag: 'v1', audit: true }))).toMatchObject({
    isAuditFinding: true,
  });
});

const inDetail = (change: object) => ({ detail: { ...event.detail, ...change } });
const ownAudit = (change: object) => ownRequest('Repository Audit Requested', { repository: 'a', ...change });

test.each<[wrong: object, message: string]>([
  [
    { source: 'aws.s3' },
    'an event of source "aws.s3" and detail-type "ECR Image Action" is not a request that this service knows',
  ],
  [
    { source: 'aws.events' },
    'an event of source "aws.events" and detail-type "ECR Image Action" is not a request that this service knows',
  ],
  [
    ownRequest('ECR Image Action', {}),
    'an event of source "ecr-oci-remediation" and detail-type "ECR Image Action" is not a request that this service knows',
  ],
  [
    { 'detail-type': undefined },
    'an event of source "aws.ecr" and detail-type undefined is not a request that this service knows',
  ],
  [{ id: undefined }, 'id is undefined, expected text'],
  [{ account: 1 }, 'account is 1, expected text'],
  [{ region: '' }, 'region is "", expected text'],
  [{ detail: undefined }, 'detail is undefined, expected an object'],
  [inDetail({ 'action-type': 'UPDATE_STORAGE_CLASS' }), 'action-type is "UPDATE_STORAGE_CLASS", expected "PUSH"'],
  [{ 'detail-type': 'ECR Replication Action' }, 'action-type is "PUSH", expected "REPLICATE"'],
  [inDetail({ result: 'FAILURE' }), 'result is "FAILURE", expected "SUCCESS"'],
  [inDetail({ 'repository-name': '' }), 'repository-name is "", expected text'],
  [inDetail({ 'image-tag': ['v1'] }), 'image-tag is ["v1"], expected text'],
  [{ time: undefined }, 'time is undefined, expected text'],
  [{ time: 'yesterday' }, 'time is "yesterday", expected a timestamp'],
  [ownRequest('Registry Audit Requested', { nextToken: 1 }), 'nextToken is 1, expected text'],
  [ownRequest('Registry Audit Requested', { backfill: 'yes' }), 'backfill is "yes", expected true or false'],
  [ownAudit({ despiteLifecycle: 1 }), 'despiteLifecycle is 1, expected true or false'],
  [ownAudit({ restarts: -1 }), 'restarts is -1, expected a whole number'],
  [ownAudit({ lifecycleRisk: 1 }), 'lifecycleRisk is 1, expected text'],
  [ownRequest('Image Repair Requested', { repository: 'a' }), 'tag is undefined, expected text'],
  [ownRequest('Image Repair Requested', { tag: 'v1' }), 'repository is undefined, expected text'],
  [ownAudit({ repository: undefined }), 'repository is undefined, expected text'],
  [ownAudit({ nextToken: '' }), 'nextToken is "", expected text'],
  [ownAudit({ counts: 1 }), 'counts is 1, expected an object'],
  ...Object.keys(NO_COUNTS).map((name): [object, string] =>
    name === 'refused'
      ? [ownAudit({ counts: { ...NO_COUNTS, refused: 1 } }), 'counts.refused is 1, expected an object']
      : [ownAudit({ counts: { ...NO_COUNTS, [name]: -1 } }), `${name} is -1, expected a whole number`],
  ),
  [ownAudit({ counts: { ...NO_COUNTS, refused: { a: 0.5 } } }), 'a is 0.5, expected a whole number'],
])('says what is wrong with an event (%#)', (wrong, message) => {
  expect(() => read(wrong)).toThrow(new UnreadableEvent(message));
});

test.each([
  ['"nonsense"', 'the event is "nonsense", expected an object'],
  ['null', 'the event is null, expected an object'],
])('says that a body is not an event: %s', (body, message) => {
  expect(() => readWork(body)).toThrow(new UnreadableEvent(message));
});

test('says that a body is not JSON, and why', () => {
  expect(() => readWork('{')).toThrow(UnreadableEvent);
  expect(() => readWork('{')).toThrow(/^the message body is not JSON: \S/);
});
