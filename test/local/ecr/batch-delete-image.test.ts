import { BatchDeleteImageCommand, type ImageIdentifier } from '@aws-sdk/client-ecr';
import { index, manifest, pushImage, putManifest, sha256, useEcr } from './support';

const { server, client } = useEcr(({ ecr }) => ecr.createRepository('app'));

const remove = (...imageIds: ImageIdentifier[]) =>
  client.send(new BatchDeleteImageCommand({ repositoryName: 'app', imageIds }));

describe('BatchDeleteImage', () => {
  test('by tag removes the tag, and with the last one the image', async () => {
    const imageDigest = await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    await putManifest(server.endpoint, 'app', 'latest', manifest('a'));
    server.events.length = 0;
    expect((await remove({ imageTag: 'v1' })).imageIds).toEqual([{ imageDigest, imageTag: 'v1' }]);
    expect(server.ecr.manifest('app', imageDigest)).toBeDefined();
    await remove({ imageTag: 'latest' });
    expect(server.ecr.manifest('app', imageDigest)).toBeUndefined();
    expect(server.actions()).toEqual([`DELETE v1 ${imageDigest}`, `DELETE latest ${imageDigest}`]);
    expect(server.events[0]?.detail).toEqual({
      result: 'SUCCESS',
      'repository-name': 'app',
      'image-digest': imageDigest,
      'action-type': 'DELETE',
      'image-tag': 'v1',
    });
  });

  test('by digest removes the image with all its tags, one event each', async () => {
    const imageDigest = await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    await putManifest(server.endpoint, 'app', 'latest', manifest('a'));
    const untagged = await pushImage(server.endpoint, 'app', 'b');
    server.events.length = 0;
    const { imageIds } = await remove({ imageDigest }, { imageDigest: untagged });
    expect(imageIds).toEqual([
      { imageDigest, imageTag: 'v1' },
      { imageDigest, imageTag: 'latest' },
      { imageDigest: untagged },
    ]);
    expect(server.actions()).toEqual([
      `DELETE v1 ${imageDigest}`,
      `DELETE latest ${imageDigest}`,
      `DELETE  ${untagged}`,
    ]);
    expect(server.ecr.tags('app').size).toBe(0);
  });

  test('keeps a child as long as an index refers to it', async () => {
    const child = await pushImage(server.endpoint, 'app', 'a', { tag: 'child' });
    const list = index([{ text: manifest('a'), arch: 'amd64' }]);
    await putManifest(server.endpoint, 'app', 'multi', list);
    server.events.length = 0;
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
    expect(server.events).toEqual([]);
    expect((await remove({ imageTag: 'multi' }, { imageDigest: child })).failures).toEqual([]);
    expect(server.actions()).toEqual([`DELETE multi ${sha256(list)}`, `DELETE child ${child}`]);
  });

  test('reports what is not there', async () => {
    const { imageIds, failures } = await remove({ imageTag: 'none' }, {});
    expect(imageIds).toEqual([]);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound', 'MissingDigestAndTag']);
  });
});
