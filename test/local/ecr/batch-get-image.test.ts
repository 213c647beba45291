import { BatchGetImageCommand, type BatchGetImageCommandInput } from '@aws-sdk/client-ecr';
import { DOCKER, OCI } from '../../support/manifests';
import {
  ACCEPT_ALL,
  descriptor,
  index,
  manifest,
  pushImage,
  pushImageBlobs,
  putManifest,
  sha256,
  useEcr,
} from './support';

const { server, client } = useEcr(async ({ ecr, endpoint }) => {
  ecr.createRepository('app');
  await pushImage(endpoint, 'app', 'oci', { tag: 'oci' });
  await pushImage(endpoint, 'app', 'docker', { tag: 'docker', form: 'docker' });
});

const get = (input: Partial<BatchGetImageCommandInput>) =>
  client.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [], ...input }));

async function one(input: Partial<BatchGetImageCommandInput>) {
  const { images, failures } = await get(input);
  expect(failures).toEqual([]);
  expect(images).toHaveLength(1);
  const { imageId, imageManifest = '', imageManifestMediaType } = images?.[0] ?? {};
  return {
    digest: imageId?.imageDigest,
    tag: imageId?.imageTag,
    text: imageManifest,
    mediaType: imageManifestMediaType,
  };
}

interface Body {
  mediaType: string;
  config: { mediaType: string; digest: string };
  layers: { mediaType: string; digest: string }[];
}

describe('BatchGetImage', () => {
  test.each(['oci', 'docker'] as const)(
    'gives the stored bytes of an %s image to a client that accepts all four types',
    async (form) => {
      const text = manifest(form, form);
      const expected = { digest: sha256(text), text, mediaType: form === 'oci' ? OCI.manifest : DOCKER.manifest };
      expect(await one({ imageIds: [{ imageTag: form }], acceptedMediaTypes: ACCEPT_ALL })).toEqual({
        ...expected,
        tag: form,
      });
    },
  );

  test.each([
    ['no accepted types', undefined],
    ['Docker accepted only', [DOCKER.manifest, DOCKER.list]],
  ])('translates OCI read by tag with %s: other bytes under the stored digest', async (_, acceptedMediaTypes) => {
    const { digest, text, mediaType } = await one({ imageIds: [{ imageTag: 'oci' }], acceptedMediaTypes });
    expect(digest).toBe(sha256(manifest('oci')));
    expect(sha256(text)).not.toBe(digest);
    expect(mediaType).toBe(DOCKER.manifest);
    const body = JSON.parse(text) as Body;
    expect(body.mediaType).toBe(DOCKER.manifest);
    expect(body.config).toMatchObject({ mediaType: DOCKER.config, digest: sha256('{"n":"oci"}') });
    expect(body.layers).toMatchObject([{ mediaType: DOCKER.gzip, digest: sha256('layer oci') }]);
  });

  test('translates Docker read by tag to OCI, and leaves types without a partner', async () => {
    const zstd = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
    await pushImageBlobs(server.endpoint, 'app', 'mixed');
    const layers = [descriptor(DOCKER.gzip, 'layer mixed'), descriptor(zstd, 'layer mixed')];
    await putManifest(server.endpoint, 'app', 'mixed', manifest('mixed', 'docker', { layers }));
    const { text, mediaType } = await one({ imageIds: [{ imageTag: 'mixed' }], acceptedMediaTypes: [OCI.manifest] });
    expect(mediaType).toBe(OCI.manifest);
    const body = JSON.parse(text) as Body;
    expect(body.config.mediaType).toBe(OCI.config);
    expect(body.layers.map((layer) => layer.mediaType)).toEqual([OCI.gzip, zstd]);
  });

  test('never translates what is read by digest', async () => {
    const digest = sha256(manifest('oci'));
    for (const acceptedMediaTypes of [undefined, [DOCKER.manifest]]) {
      const answer = await one({ imageIds: [{ imageDigest: digest }], acceptedMediaTypes });
      expect(answer).toEqual({ digest, tag: undefined, text: manifest('oci'), mediaType: OCI.manifest });
    }
  });

  test.each([OCI.index, DOCKER.list])(
    'gives the stored bytes of a %s, or nothing to a client that does not accept it',
    async (type) => {
      await pushImage(server.endpoint, 'app', 'amd');
      const text = index([{ text: manifest('amd'), arch: 'amd64' }], type);
      await putManifest(server.endpoint, 'app', 'multi', text);
      const imageIds = [{ imageTag: 'multi' }];
      expect(await one({ imageIds, acceptedMediaTypes: ACCEPT_ALL })).toMatchObject({ text, mediaType: type });
      const { images, failures } = await get({ imageIds, acceptedMediaTypes: [OCI.manifest, DOCKER.manifest] });
      expect(images).toEqual([]);
      expect(failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound']);
    },
  );

  test('gives nothing to a client that accepts neither the type nor its translation', async () => {
    const { images, failures } = await get({
      imageIds: [{ imageTag: 'oci' }],
      acceptedMediaTypes: ['application/vnd.example'],
    });
    expect(images).toEqual([]);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound']);
  });

  test('reports each image that it cannot give in failures', async () => {
    const { images, failures } = await get({
      imageIds: [
        { imageTag: 'nowhere' },
        {},
        { imageTag: 'oci', imageDigest: sha256(manifest('docker', 'docker')) },
        { imageDigest: sha256('nowhere') },
        { imageTag: 'docker' },
      ],
    });
    expect(images?.map(({ imageId }) => imageId?.imageTag)).toEqual(['docker']);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual([
      'ImageNotFound',
      'MissingDigestAndTag',
      'ImageTagDoesNotMatchDigest',
      'ImageNotFound',
    ]);
    expect(failures?.[0]).toEqual({
      imageId: { imageTag: 'nowhere' },
      failureCode: 'ImageNotFound',
      failureReason: 'Requested image not found',
    });
  });

  test('refuses 0 and 101 images, 101 types, and another account', async () => {
    const invalid = { name: 'InvalidParameterException' };
    const imageIds = [{ imageTag: 'oci' }];
    await expect(get({ imageIds: [] })).rejects.toMatchObject(invalid);
    await expect(get({ imageIds: Array(101).fill({ imageTag: 'oci' }) })).rejects.toMatchObject(invalid);
    await expect(get({ imageIds, acceptedMediaTypes: Array(101).fill(OCI.index) })).rejects.toMatchObject(invalid);
    await expect(get({ imageIds, registryId: '210987654321' })).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: "The repository with name 'app' does not exist in the registry with id '210987654321'",
    });
    expect((await get({ imageIds: Array(100).fill({ imageTag: 'oci' }) })).images).toHaveLength(100);
  });
});
