import { BatchDeleteImageCommand, type ImageIdentifier } from '@aws-sdk/client-ecr';
import { index, manifest, pushImage, putManifest, type RunningEcr, sha256, startEcr } from './support';

let running: RunningEcr;

beforeEach(async () => {
  running = await startEcr();
  running.ecr.createRepository('app');
});
afterEach(() => running.close());

const remove = (...imageIds: ImageIdentifier[]) =>
  running.client.send(new BatchDeleteImageCommand({ repositoryName: 'app', imageIds }));

describe('BatchDeleteImage', () => {
  it('by tag removes the tag, and with the last one the image', async () => {
    const imageDigest = await pushImage(running.origin, 'app', 'a', { tag: 'v1' });
    await putManifest(running.origin, 'app', 'latest', manifest('a'));
    running.events.length = 0;
    expect((await remove({ imageTag: 'v1' })).imageIds).toEqual([{ imageDigest, imageTag: 'v1' }]);
    expect(running.ecr.manifest('app', imageDigest)).toBeDefined();
    await remove({ imageTag: 'latest' });
    expect(running.ecr.manifest('app', imageDigest)).toBeUndefined();
    expect(running.actions()).toEqual([`DELETE v1 ${imageDigest}`, `DELETE latest ${imageDigest}`]);
    expect(running.events[0]?.detail).toEqual({
      result: 'SUCCESS',
      'repository-name': 'app',
      'image-digest': imageDigest,
      'action-type': 'DELETE',
      'image-tag': 'v1',
    });
  });

  it('by digest removes the image with all its tags, one event each', async () => {
    const imageDigest = await pushImage(running.origin, 'app', 'a', { tag: 'v1' });
    await putManifest(running.origin, 'app', 'latest', manifest('a'));
    const untagged = await pushImage(running.origin, 'app', 'b');
    running.events.length = 0;
    const { imageIds } = await remove({ imageDigest }, { imageDigest: untagged });
    expect(imageIds).toEqual([
      { imageDigest, imageTag: 'v1' },
      { imageDigest, imageTag: 'latest' },
      { imageDigest: untagged },
    ]);
    expect(running.actions()).toEqual([
      `DELETE v1 ${imageDigest}`,
      `DELETE latest ${imageDigest}`,
      `DELETE  ${untagged}`,
    ]);
    expect(running.ecr.tags('app').size).toBe(0);
  });

  it('keeps a child as long as an index refers to it', async () => {
    const child = await pushImage(running.origin, 'app', 'a', { tag: 'child' });
    const list = index([{ text: manifest('a'), arch: 'amd64' }]);
    await putManifest(running.origin, 'app', 'multi', list);
    running.events.length = 0;
    for (const imageId of [{ imageDigest: child }, { imageTag: 'child' }]) {
      const { failures } = await remove(imageId);
      expect(failures).toEqual([
        {
          imageId,
          failureCode: 'ImageReferencedByManifestList',
          failureReason: `Requested image referenced by manifest list: [${sha256(list)}]`,
        },
      ]);
    }
    expect(running.events).toEqual([]);
    expect((await remove({ imageTag: 'multi' }, { imageDigest: child })).failures).toEqual([]);
    expect(running.actions()).toEqual([`DELETE multi ${sha256(list)}`, `DELETE child ${child}`]);
  });

  it('reports what is not there', async () => {
    const { imageIds, failures } = await remove({ imageTag: 'none' }, {});
    expect(imageIds).toEqual([]);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound', 'MissingDigestAndTag']);
  });
});
