import { GetLifecyclePolicyCommand, PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { index, manifest, pushImage, putManifest, sha256, useEcr } from './support';

const DAY = 86_400_000;
let now = new Date('2026-01-02T03:04:05Z');
const { server, client } = useEcr(
  ({ ecr }) => {
    now = new Date('2026-01-02T03:04:05Z');
    ecr.createRepository('app');
  },
  { now: () => now },
);

const EXPIRE = { type: 'expire' };
const ARCHIVE = { type: 'transition', targetStorageClass: 'archive' };
const COUNT = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 };
const AGE = { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 };
const PULLED = { ...AGE, countType: 'sinceImagePulled' };
const ARCHIVED = { ...AGE, countType: 'sinceImageTransitioned', storageClass: 'archive' };
const TAGGED = { ...COUNT, tagStatus: 'tagged', tagPatternList: ['v*'] };
const rule = (selection: object, rulePriority: unknown = 1, action: object = EXPIRE) => ({
  rulePriority,
  description: 'long enough for the 100 characters of a policy',
  selection,
  action,
});
const put = (...rules: object[]) => putText(JSON.stringify({ rules }));
const putText = (lifecyclePolicyText: string) =>
  client.send(new PutLifecyclePolicyCommand({ repositoryName: 'app', lifecyclePolicyText }));
const get = () => client.send(new GetLifecyclePolicyCommand({ repositoryName: 'app' }));
const actions = () => server.events.map(({ detail }) => `${detail['action-type']} ${detail['image-tag'] ?? ''}`);

test('a policy can be put, read as it was written, and replaced', async () => {
  await expect(get()).rejects.toMatchObject({ name: 'LifecyclePolicyNotFoundException' });
  const text = JSON.stringify({ rules: [rule(COUNT)] }, null, 3);
  await putText(text);
  expect(await get()).toMatchObject({ registryId: '123456789012', repositoryName: 'app', lifecyclePolicyText: text });
  await put(rule(AGE));
  expect((await get()).lifecyclePolicyText).not.toBe(text);
});

test.each<[string, object[]]>([
  ['each count type', [rule(TAGGED), rule(PULLED, 2, ARCHIVE), rule(ARCHIVED, 3)]],
  ['any image last in each storage class', [rule(ARCHIVED, 1), rule(AGE, 9), rule(TAGGED, 2)]],
  [
    'untagged, and a prefix',
    [rule({ ...COUNT, tagStatus: 'untagged' }), rule({ ...AGE, tagStatus: 'tagged', tagPrefixList: ['a'] }, 2)],
  ],
  ['four wildcards', [rule({ ...TAGGED, tagPatternList: ['*a*b*c*'] })]],
  ['images of any age archived', [rule({ ...AGE, storageClass: 'standard' }, 1, ARCHIVE)]],
])('valid: %s', async (_, rules) => {
  await put(...rules);
  expect(JSON.parse((await get()).lifecyclePolicyText ?? '')).toEqual({ rules });
});

const SCHEMA = 'instance failed to match exactly one schema';
test.each<[string, object[], string]>([
  ['no rule', [], ''],
  ['a fifth wildcard', [rule({ ...TAGGED, tagPatternList: ['*a*b*c*d*'] })], SCHEMA],
  ['tagged, but no tags', [rule({ ...COUNT, tagStatus: 'tagged' })], SCHEMA],
  ['tagged with an empty list', [rule({ ...TAGGED, tagPatternList: [] })], SCHEMA],
  ['patterns and prefixes', [rule({ ...TAGGED, tagPrefixList: ['a'] })], SCHEMA],
  ['untagged, but tags', [rule({ ...TAGGED, tagStatus: 'untagged' })], SCHEMA],
  ['another tag status', [rule({ ...COUNT, tagStatus: 'ANY' })], SCHEMA],
  ['days of a count', [rule({ ...COUNT, countUnit: 'days' })], SCHEMA],
  ['hours', [rule({ ...AGE, countUnit: 'hours' })], SCHEMA],
  ['no unit', [rule({ ...AGE, countUnit: undefined })], SCHEMA],
  ['null for an absent field', [rule(COUNT, 1, { ...EXPIRE, targetStorageClass: null })], SCHEMA],
  ['null for standard', [rule({ ...COUNT, storageClass: null })], SCHEMA],
  ['an unknown field', [rule({ ...COUNT, imageTag: 'v1' })], SCHEMA],
  ['a count of 0', [rule({ ...COUNT, countNumber: 0 })], SCHEMA],
  ['half an image', [rule({ ...COUNT, countNumber: 1.5 })], SCHEMA],
  ['expire what was not pulled', [rule(PULLED)], SCHEMA],
  ['archive what is archived', [rule(ARCHIVED, 1, ARCHIVE)], SCHEMA],
  ['archived images by count', [rule({ ...COUNT, storageClass: 'archive' })], SCHEMA],
  ['standard images by their archival', [rule({ ...ARCHIVED, storageClass: 'standard' })], SCHEMA],
  ['a priority of 0', [rule(COUNT, 0)], SCHEMA],
  ['a description that is no text', [{ ...rule(COUNT), description: 1 }], SCHEMA],
  ['the same priority twice', [rule(TAGGED, 2), rule(COUNT, 2)], 'unique rulePriority'],
  ['any image first', [rule(COUNT, 1), rule({ ...TAGGED, storageClass: 'standard' }, 2)], 'lowest priority'],
])('refused: %s', async (_, rules, message) => {
  await expect(put(...rules)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining(message),
  });
  await expect(get()).rejects.toMatchObject({ name: 'LifecyclePolicyNotFoundException' });
});

test('text that is not JSON, and text that is too short', async () => {
  const refused = { name: 'InvalidParameterException' };
  await expect(putText('{'.repeat(100))).rejects.toMatchObject(refused);
  await expect(putText('{"rules":[]}')).rejects.toMatchObject(refused);
});

describe('a run of the policies', () => {
  test('expires images with their tags, and sends the event of a deletion for each tag', async () => {
    await pushImage(server.endpoint, 'app', 'old', { tag: 'v1' });
    await putManifest(server.endpoint, 'app', 'first', manifest('old'));
    now = new Date(now.getTime() + 1);
    await pushImage(server.endpoint, 'app', 'new', { tag: 'v2' });
    server.ecr.runLifecyclePolicies();
    expect(actions()).toHaveLength(3);
    server.ecr.putLifecyclePolicy('app', JSON.stringify({ rules: [rule(COUNT)] }));
    server.ecr.runLifecyclePolicies();
    server.ecr.runLifecyclePolicies();
    expect([...server.ecr.tags('app').keys()]).toEqual(['v2']);
    expect(actions().slice(3)).toEqual(['DELETE v1', 'DELETE first']);
  });

  test('archives images, and expires them from the archive', async () => {
    await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    await put(rule(PULLED, 1, ARCHIVE), rule(ARCHIVED, 2));
    const storageClasses = () => server.ecr.images('app').map(({ storageClass }) => storageClass);
    for (const [days, found] of [
      [1, 'STANDARD'],
      [1.001, 'ARCHIVE'],
      [2.001, 'ARCHIVE'],
      [2.1, undefined],
    ] as const) {
      now = new Date(new Date('2026-01-02T03:04:05Z').getTime() + days * DAY);
      server.ecr.runLifecyclePolicies();
      expect(storageClasses()).toEqual(found === undefined ? [] : [found]);
    }
    expect(actions()).toEqual(['PUSH v1', 'UPDATE_STORAGE_CLASS ', 'DELETE v1']);
  });

  test('an image stays as long as an index references it', async () => {
    await pushImage(server.endpoint, 'app', 'amd');
    await pushImage(server.endpoint, 'app', 'arm');
    const list = index([{ text: manifest('amd'), arch: 'amd64' }]);
    await put(rule({ ...AGE, tagStatus: 'untagged' }));
    await putManifest(server.endpoint, 'app', 'v1', list);
    now = new Date(now.getTime() + 2 * DAY);
    server.ecr.runLifecyclePolicies();
    expect(server.ecr.images('app').map(({ manifest: { digest } }) => digest)).toEqual([
      sha256(manifest('amd')),
      sha256(list),
    ]);
    await put(rule(AGE));
    server.ecr.runLifecyclePolicies();
    expect(server.ecr.images('app')).toEqual([]);
  });
});
