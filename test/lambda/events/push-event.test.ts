import { readPushEvent, UnreadableEvent } from '../../../lambda/events/push-event';

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

test('reads a push', () => {
  expect(readPushEvent(JSON.stringify(event))).toEqual({
    id: event.id,
    account: '123456789012',
    region: 'eu-north-1',
    at: Date.UTC(2026, 10, 16, 1, 54, 34),
    image: { repository: 'team/app', tag: 'v1' },
  });
});

test.each([{ 'image-tag': '' }, { 'image-tag': undefined }])('a push without a tag has an empty one: %j', (change) => {
  const untagged = { ...event, detail: { ...event.detail, ...change } };
  expect(readPushEvent(JSON.stringify(untagged)).image.tag).toBe('');
});

test.each<[unknown, string]>([
  ['nonsense', 'the event is "nonsense", expected an object'],
  [null, 'the event is null'],
  [{ ...event, source: 'aws.s3' }, 'source is "aws.s3", expected "aws.ecr"'],
  [{ ...event, 'detail-type': 'ECR Image Scan' }, 'detail-type is "ECR Image Scan"'],
  [{ ...event, detail: undefined }, 'detail is undefined, expected an object'],
  [{ ...event, detail: { ...event.detail, 'action-type': 'DELETE' } }, 'action-type is "DELETE", expected "PUSH"'],
  [{ ...event, detail: { ...event.detail, result: 'FAILURE' } }, 'result is "FAILURE"'],
  [{ ...event, detail: { ...event.detail, 'repository-name': '' } }, 'repository-name is "", expected text'],
  [{ ...event, detail: { ...event.detail, 'image-tag': ['v1'] } }, 'image-tag is ["v1"], expected text'],
  [{ ...event, time: 'yesterday' }, 'time is "yesterday", expected a timestamp'],
  [{ ...event, account: 1 }, 'account is 1, expected text'],
])('says what is wrong with an event (%#)', (wrong, message) => {
  expect(() => readPushEvent(JSON.stringify(wrong))).toThrow(message);
});

test('says that a body is no JSON', () => {
  expect(() => readPushEvent('{')).toThrow(UnreadableEvent);
});
