import { BatchGetImageCommand, type BatchGetImageCommandInput } from '@aws-sdk/client-ecr';
import {
  ALL_TYPES,
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  descriptor,
  index,
  manifest,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  pushImage,
  pushImageBlobs,
  putManifest,
  type RunningEcr,
  sha256,
  startEcr,
} from './support';

let running: RunningEcr;

beforeAll(async () => {
  running = await startEcr();
  running.ecr.createRepository('app');
  await pushImage(running.origin, 'app', 'oci', { tag: 'oci' });
  await pushImage(running.origin, 'app', 'docker', { tag: 'docker', form: 'docker' });
});
afterAll(() => running.close());

const get = (input: Partial<BatchGetImageCommandInput>) =>
  running.client.send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [], ...input }));

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
  it.each(['oci', 'docker'] as const)(
    'gives the stored bytes of an %s image to who accepts all four types',
    async (form) => {
      const text = manifest(form, form);
      const expected = { digest: sha256(text), text, mediaType: form === 'oci' ? OCI_MANIFEST : DOCKER_MANIFEST };
      expect(await one({ imageIds: [{ imageTag: form }], acceptedMediaTypes: ALL_TYPES })).toEqual({
        ...expected,
        tag: form,
      });
    },
  );

  it.each([
    ['no accepted types', undefined],
    ['Docker accepted only', [DOCKER_MANIFEST, DOCKER_LIST]],
  ])('translates OCI read by tag with %s: other bytes under the stored digest', async (_, acceptedMediaTypes) => {
    const { digest, text, mediaType } = await one({ imageIds: [{ imageTag: 'oci' }], acceptedMediaTypes });
    expect(digest).toBe(sha256(manifest('oci')));
    expect(sha256(text)).not.toBe(digest);
    expect(mediaType).toBe(DOCKER_MANIFEST);
    const body = JSON.parse(text) as Body;
    expect(body.mediaType).toBe(DOCKER_MANIFEST);
    expect(body.config).toMatchObject({ mediaType: DOCKER_CONFIG, digest: sha256('{"n":"oci"}') });
    expect(body.layers).toMatchObject([{ mediaType: DOCKER_LAYER, digest: sha256('layer oci') }]);
  });

  it('translates Docker read by tag to OCI, and leaves types without a partner', async () => {
    const zstd = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
    await pushImageBlobs(running.origin, 'app', 'mixed');
    const layers = [descriptor(DOCKER_LAYER, 'layer mixed'), descriptor(zstd, 'layer mixed')];
    await putManifest(running.origin, 'app', 'mixed', manifest('mixed', 'docker', { layers }));
    const { text, mediaType } = await one({ imageIds: [{ imageTag: 'mixed' }], acceptedMediaTypes: [OCI_MANIFEST] });
    expect(mediaType).toBe(OCI_MANIFEST);
    const body = JSON.parse(text) as Body;
    expect(body.config.mediaType).toBe(OCI_CONFIG);
    expect(body.layers.map((layer) => layer.mediaType)).toEqual([OCI_LAYER, zstd]);
  });

  it('never translates what is read by digest', async () => {
    const digest = sha256(manifest('oci'));
    for (const acceptedMediaTypes of [undefined, [DOCKER_MANIFEST]]) {
      const answer = await one({ imageIds: [{ imageDigest: digest }], acceptedMediaTypes });
      expect(answer).toEqual({ digest, tag: undefined, text: manifest('oci'), mediaType: OCI_MANIFEST });
    }
  });

  it.each([OCI_INDEX, DOCKER_LIST])('answers the linux/amd64 child of a %s that is not accepted', async (mediaType) => {
    const arm = await pushImage(running.origin, 'app', 'arm');
    const amd = await pushImage(running.origin, 'app', 'amd');
    const children = [
      { text: manifest('arm'), arch: 'arm64' },
      { text: manifest('amd'), arch: 'amd64' },
    ];
    await putManifest(running.origin, 'app', 'multi', index(children, mediaType));
    expect(arm).not.toBe(amd);
    const imageIds = [{ imageTag: 'multi' }];
    expect(await one({ imageIds, acceptedMediaTypes: ALL_TYPES })).toMatchObject({ text: index(children, mediaType) });
    const single = await one({ imageIds, acceptedMediaTypes: [OCI_MANIFEST] });
    expect(single).toEqual({ digest: amd, tag: 'multi', text: manifest('amd'), mediaType: OCI_MANIFEST });
    expect(await one({ imageIds })).toMatchObject({ digest: amd, mediaType: DOCKER_MANIFEST });
  });

  it('has nothing for who accepts neither the type nor a translation of it', async () => {
    await putManifest(running.origin, 'app', 'arm-only', index([]));
    const imageIds = [{ imageTag: 'oci' }, { imageTag: 'arm-only' }];
    const { images, failures } = await get({ imageIds, acceptedMediaTypes: ['application/vnd.example'] });
    expect(images).toEqual([]);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound', 'ImageNotFound']);
  });

  it('reports each image that it cannot give as a failure of its own', async () => {
    const { images, failures } = await get({
      imageIds: [
        { imageTag: 'nowhere' },
        {},
        { imageDigest: 'sha256:short' },
        { imageTag: '.dot' },
        { imageTag: 'oci', imageDigest: sha256(manifest('docker', 'docker')) },
        { imageDigest: sha256('nowhere') },
        { imageTag: 'docker' },
      ],
    });
    expect(images?.map(({ imageId }) => imageId?.imageTag)).toEqual(['docker']);
    expect(failures?.map(({ failureCode }) => failureCode)).toEqual([
      'ImageNotFound',
      'MissingDigestAndTag',
      'InvalidImageDigest',
      'InvalidImageTag',
      'ImageTagDoesNotMatchDigest',
      'ImageNotFound',
    ]);
    expect(failures?.[0]).toEqual({
      imageId: { imageTag: 'nowhere' },
      failureCode: 'ImageNotFound',
      failureReason: 'Requested image not found',
    });
  });

  it('refuses 0 and 101 images, 101 types, and another account', async () => {
    const invalid = { name: 'InvalidParameterException' };
    const imageIds = [{ imageTag: 'oci' }];
    await expect(get({ imageIds: [] })).rejects.toMatchObject(invalid);
    await expect(get({ imageIds: Array(101).fill({ imageTag: 'oci' }) })).rejects.toMatchObject(invalid);
    await expect(get({ imageIds, acceptedMediaTypes: Array(101).fill(OCI_INDEX) })).rejects.toMatchObject(invalid);
    await expect(get({ imageIds, registryId: '210987654321' })).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: "The repository with name 'app' does not exist in the registry with id '210987654321'",
    });
    expect((await get({ imageIds: Array(100).fill({ imageTag: 'oci' }) })).images).toHaveLength(100);
  });
});
