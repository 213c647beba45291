import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  type DescribeImagesFilter,
  PutImageCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { manifest, pushImage, putManifest, sha256, useEcr } from './support';

const PUSHED = new Date('2026-01-02T03:04:05.678Z');
const LATER = new Date('2026-03-04T05:06:07.089Z');
let now = PUSHED;
const { server, client } = useEcr(
  async ({ ecr, endpoint }) => {
    now = PUSHED;
    ecr.createRepository('app', { imageTagMutability: 'IMMUTABLE' });
    await pushImage(endpoint, 'app', 'a', { tag: 'v1' });
    now = LATER;
  },
  { now: () => now },
);

const archived = sha256(manifest('a'));
const moveTo = (targetStorageClass: 'ARCHIVE' | 'STANDARD', imageId: object = { imageTag: 'v1' }) =>
  client.send(new UpdateImageStorageClassCommand({ repositoryName: 'app', imageId, targetStorageClass }));
const detailsOf = async (filter?: DescribeImagesFilter) =>
  (await client.send(new DescribeImagesCommand({ repositoryName: 'app', filter }))).imageDetails ?? [];
const lastEvents = (count: number) => server.events.slice(-count).map(({ detail }) => detail);

test('an archived image is listed only if the filter asks for it', async () => {
  expect(await moveTo('ARCHIVE')).toMatchObject({ imageStatus: 'ARCHIVED', imageId: { imageTag: 'v1' } });
  expect(await detailsOf()).toEqual([]);
  expect(await detailsOf({ imageStatus: 'ACTIVE' })).toEqual([]);
  const details = [{ imageDigest: archived, imageStatus: 'ARCHIVED', imagePushedAt: PUSHED, lastArchivedAt: LATER }];
  expect(await detailsOf({ imageStatus: 'ARCHIVED', tagStatus: 'TAGGED' })).toMatchObject(details);
  expect(await detailsOf({ imageStatus: 'ANY' })).toMatchObject(details);
  expect(await detailsOf({ imageStatus: 'ARCHIVED', tagStatus: 'UNTAGGED' })).toEqual([]);
  const byId = new DescribeImagesCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] });
  expect((await client.send(byId)).imageDetails).toMatchObject(details);
  expect(lastEvents(1)).toEqual([
    expect.objectContaining({ 'action-type': 'UPDATE_STORAGE_CLASS', 'target-storage-class': 'ARCHIVE' }),
  ]);
});

test('an archived image cannot be pulled, by tag or by digest', async () => {
  await moveTo('ARCHIVE');
  const imageIds = [{ imageTag: 'v1' }, { imageDigest: archived }];
  const { images, failures } = await client.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds }));
  expect(images).toEqual([]);
  expect(failures).toMatchObject(imageIds.map((imageId) => ({ imageId, failureCode: 'ImageInaccessible' })));
  expect((await fetch(`${server.endpoint}/v2/app/manifests/v1`)).status).toBe(404);
  expect(await detailsOf({ imageStatus: 'ANY' })).not.toContainEqual(
    expect.objectContaining({ lastRecordedPullTime: expect.anything() }),
  );
});

test('it can be restored, and keeps the time of its push', async () => {
  await moveTo('ARCHIVE');
  expect(await moveTo('STANDARD', { imageDigest: archived })).toMatchObject({ imageStatus: 'ACTIVE' });
  expect(await detailsOf()).toMatchObject([{ imagePushedAt: PUSHED, lastArchivedAt: LATER, lastActivatedAt: LATER }]);
  expect(lastEvents(1)[0]).toMatchObject({
    'target-storage-class': 'STANDARD',
    'last-activated-at': LATER.toISOString(),
  });
});

test.each(['v1', 'v2'])('a push to %s restores it', async (imageTag) => {
  await moveTo('ARCHIVE');
  await client.send(new PutImageCommand({ repositoryName: 'app', imageManifest: manifest('a'), imageTag }));
  expect(await detailsOf()).toMatchObject([{ imageDigest: archived, imageStatus: 'ACTIVE', lastActivatedAt: LATER }]);
  expect(lastEvents(2).map((detail) => detail['action-type'])).toEqual(['UPDATE_STORAGE_CLASS', 'PUSH']);
});

test('a new tag leaves the time of the push as it is', async () => {
  await putManifest(server.endpoint, 'app', 'v2', manifest('a'));
  expect(await detailsOf()).toMatchObject([{ imageTags: ['v1', 'v2'], imagePushedAt: PUSHED }]);
});

test('errors', async () => {
  await expect(moveTo('STANDARD')).rejects.toMatchObject({ name: 'ImageStorageClassUpdateNotSupportedException' });
  await expect(moveTo('ARCHIVE', { imageTag: 'v9' })).rejects.toMatchObject({ name: 'ImageNotFoundException' });
  await expect(moveTo('COLD' as 'ARCHIVE')).rejects.toMatchObject({ name: 'InvalidParameterException' });
});
