import { ECRClient } from '@aws-sdk/client-ecr';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { ADDRESS } from '../../support/fake-service';
import { errorAnswer, ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
let registry: EcrRegistry;

beforeEach(() => {
  registry = new EcrRegistry({ client: new ECRClient(aws.clientOptions), pacer: new Pacer(1_000), address: ADDRESS });
});

const ABSENT = errorAnswer('ImageNotFoundException');
const image = (fields: object) => ({ json: { imageDetails: [{ imageDigest: 'sha256:aa', ...fields }] } });
const DELETED = { json: { imageIds: [], failures: [] } };
const DAY_S = 24 * 3_600;
const daysAgo = (days: number) => Date.now() / 1_000 - days * DAY_S;
const remove = (...tags: string[]) => registry.deleteCompanions('team/app', 'v1', tags);

test('deletes companions whose source does not exist, archived or not', async () => {
  aws.answers = [ABSENT, image({}), image({}), DELETED];
  expect(await remove('v1-dockerv2', 'v1-dockerv2-arm64')).toEqual([]);
  expect(aws.received.map(({ input }) => input.imageIds)).toEqual([
    [{ imageTag: 'v1' }],
    [{ imageTag: 'v1-dockerv2' }],
    [{ imageTag: 'v1-dockerv2-arm64' }],
    [{ imageTag: 'v1-dockerv2' }, { imageTag: 'v1-dockerv2-arm64' }],
  ]);
  expect(aws.received[0]?.input).toMatchObject({ repositoryName: 'team/app', filter: { imageStatus: 'ANY' } });
  expect(aws.operations.at(-1)).toBe('BatchDeleteImage');
});

test('keeps the companion of an archived image', async () => {
  aws.answers = [image({ imageStatus: 'ARCHIVED' }), image({})];
  expect(await remove('v1-dockerv2')).toEqual([{ tag: 'v1-dockerv2', why: 'v1 exists, as an archived image' }]);
  expect(aws.operations).not.toContain('BatchDeleteImage');
});

test('keeps a companion that was pulled in the last 30 days, and deletes the others', async () => {
  aws.answers = [
    ABSENT,
    image({ lastRecordedPullTime: daysAgo(29) }),
    image({ lastRecordedPullTime: daysAgo(31) }),
    DELETED,
  ];
  const kept = await remove('v1-dockerv2', 'v1-dockerv2-arm64');
  expect(kept).toEqual([{ tag: 'v1-dockerv2', why: 'it was pulled 29 days ago' }]);
  expect(aws.received.at(-1)).toEqual({
    operation: 'BatchDeleteImage',
    input: { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1-dockerv2-arm64' }] },
  });
});

test('keeps those of an opted-out repository; any other denial is an outcome', async () => {
  const denied = errorAnswer('AccessDeniedException');
  aws.answers = [ABSENT, image({}), denied, { json: { tags: [{ Key: 'ecr-oci-remediation', Value: 'disabled' }] } }];
  expect(await remove('v1-dockerv2')).toEqual([{ tag: 'v1-dockerv2', why: 'the repository opted out' }]);
  aws.answers = [ABSENT, image({}), denied, { json: { tags: [] } }];
  await expect(registry.deleteCompanions('team/denied', 'v1', ['v1-dockerv2'])).rejects.toMatchObject({
    name: 'RegistryRefusal',
    reason: 'access-denied',
    detail: 'BatchDeleteImage of team/denied: AccessDeniedException: because',
  });
});

test('a tag that a listing leaves out does not exist', async () => {
  aws.answers = [{}, image({}), DELETED];
  expect(await remove('v1-dockerv2')).toEqual([]);
  expect(aws.operations.at(-1)).toBe('BatchDeleteImage');
});

test.each(['ServerException', 'ImageArchivedException'])(
  'another error of the deletion (%s) does not ask whether the repository opted out',
  async (type) => {
    aws.answers = [ABSENT, image({}), errorAnswer(type)];
    await expect(remove('v1-dockerv2')).rejects.toThrow();
    expect(aws.operations).toEqual(['DescribeImages', 'DescribeImages', 'BatchDeleteImage']);
  },
);

test('with credentials that may delete everywhere, asks for the opt-out tag first', async () => {
  const careful = new EcrRegistry({
    client: new ECRClient(aws.clientOptions),
    pacer: new Pacer(1_000),
    address: ADDRESS,
    caller: 'person',
  });
  aws.answers = [{ json: { tags: [{ Key: 'ecr-oci-remediation', Value: 'disabled' }] } }];
  expect(await careful.deleteCompanions('team/app', 'v1', ['v1-dockerv2'])).toEqual([
    { tag: 'v1-dockerv2', why: 'the repository opted out' },
  ]);
  expect(aws.operations).toEqual(['ListTagsForResource']);
});

test('a listing that fails is no licence to delete', async () => {
  aws.answers = [errorAnswer('ServerException')];
  await expect(remove('v1-dockerv2')).rejects.toThrow();
  expect(aws.operations).toEqual(['DescribeImages']);
});
