import { ECRClient } from '@aws-sdk/client-ecr';
import { TransientFailure } from '../../../lambda/core/errors';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { RecentTags } from '../../../lambda/ecr/resource-tags';
import { ADDRESS } from '../../support/fake-service';
import { errorAnswer as error, ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
let recentTags: RecentTags;
/** The registry as one piece of work sees it; all share what was read lately. */
let workOf: (signal?: AbortSignal) => EcrRegistry;
beforeEach(() => {
  recentTags = new RecentTags();
  const options = { client: new ECRClient(aws.clientOptions), pacer: new Pacer(1_000), address: ADDRESS, recentTags };
  workOf = (signal) => new EcrRegistry({ ...options, ...(signal ? { signal } : {}) });
});

const tagged = (tags: Readonly<Record<string, string>>) => ({
  json: { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
});
const ARM64 = tagged({ 'ecr-oci-remediation:platforms': 'linux/arm64', team: 'a' });
const TAGS = new Map([
  ['ecr-oci-remediation:platforms', 'linux/arm64'],
  ['team', 'a'],
]);
const OPTED_OUT = tagged({ 'ecr-oci-remediation': 'disabled' });

test('resource tags are read once for all work of five minutes', async () => {
  aws.answers = [ARM64];
  expect(await workOf().readResourceTags('team/app')).toEqual(TAGS);
  expect(await workOf().readResourceTags('team/app')).toEqual(TAGS);
  const resourceArn = 'arn:aws:ecr:eu-north-1:123456789012:repository/team/app';
  expect(aws.received).toEqual([{ operation: 'ListTagsForResource', input: { resourceArn } }]);
});

test('a tag of which ECR leaves a part out has an empty one', async () => {
  aws.answers = [{ json: { tags: [{ Key: 'a' }, { Value: 'b' }] } }];
  expect(await workOf().readResourceTags('team/app')).toEqual(
    new Map([
      ['a', ''],
      ['', 'b'],
    ]),
  );
});

test('ten pushes at the same time read them once, and those of another repository too', async () => {
  aws.answers = [ARM64, {}];
  const works = Array.from({ length: 10 }, () => workOf());
  const read = await Promise.all(works.map((work) => work.readResourceTags('team/app')));
  expect(read).toEqual(works.map(() => TAGS));
  expect(await workOf().readResourceTags('team/other')).toEqual(new Map());
  expect(aws.operations).toHaveLength(2);
});

test('a call is counted by the work that makes it', async () => {
  aws.answers = [ARM64];
  const [first, second] = [workOf(), workOf()];
  await first.readResourceTags('team/app');
  await second.readResourceTags('team/app');
  expect([first.callCount, second.callCount]).toEqual([1, 0]);
});

test('an audit reads them once, for the opt-out and for its settings', async () => {
  aws.answers = [ARM64];
  const work = workOf();
  expect(await work.isOptedOut('team/app')).toBe(false);
  expect(await work.readResourceTags('team/app')).toEqual(TAGS);
  expect(aws.operations).toHaveLength(1);
});

test('whether a repository opted out is never older than the work that asks', async () => {
  aws.answers = [ARM64, OPTED_OUT];
  await workOf().readResourceTags('team/app');
  const work = workOf();
  expect(await work.isOptedOut('team/app')).toBe(true);
  expect(await work.readResourceTags('team/app')).toEqual(new Map([['ecr-oci-remediation', 'disabled']]));
});

test('what was read before a request is read again', async () => {
  aws.answers = [ARM64, {}];
  await workOf().readResourceTags('team/app');
  const work = workOf();
  work.forgetResourceTagsBefore('team/app', Date.now() + 1);
  expect(await work.readResourceTags('team/app')).toEqual(new Map());
  expect(aws.operations).toHaveLength(2);
});

test('an error is not remembered, and neither is a call that was ended', async () => {
  aws.answers = [error('ServerException')];
  await expect(workOf().readResourceTags('team/app')).rejects.toMatchObject({ name: 'ServerException' });
  await expect(workOf(AbortSignal.abort()).readResourceTags('team/app')).rejects.toThrow(TransientFailure);
  aws.answers = [error('AccessDeniedException', 'no')];
  const work = workOf();
  await expect(work.readResourceTags('team/app')).rejects.toMatchObject({ reason: 'access-denied' });
  aws.answers = [ARM64];
  expect(await work.readResourceTags('team/app')).toEqual(TAGS);
});
