import { PutImageCommand, type PutImageCommandInput } from '@aws-sdk/client-ecr';
import type { TagMutability } from '../../../local/ecr/tag-mutability';
import { DOCKER, OCI } from '../../support/manifests';
import {
  descriptor,
  index,
  manifest,
  pushBlob,
  pushImage,
  pushImageBlobs,
  putManifest,
  sha256,
  useEcr,
} from './support';

const { server, client } = useEcr(({ ecr }) => ecr.createRepository('team/app'));

const put = (input: Partial<PutImageCommandInput>) =>
  client.send(new PutImageCommand({ repositoryName: 'team/app', imageManifest: '', ...input }));

describe('PutImage', () => {
  test('stores the exact bytes under their sha256 and sends an event', async () => {
    await pushImageBlobs(server.endpoint, 'team/app', 'a');
    const text = `${manifest('a')}\n`;
    const { image } = await put({ imageManifest: text, imageTag: 'v1', imageDigest: sha256(text) });
    expect(image).toMatchObject({
      registryId: '123456789012',
      repositoryName: 'team/app',
      imageId: { imageDigest: sha256(text), imageTag: 'v1' },
      imageManifest: text,
      imageManifestMediaType: OCI.manifest,
    });
    expect(server.ecr.manifest('team/app', 'v1')?.bytes.toString()).toBe(text);
    expect(server.events).toHaveLength(1);
    expect(server.events[0]).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'ECR Image Action',
      source: 'aws.ecr',
      account: '123456789012',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'eu-north-1',
      resources: [],
      detail: {
        result: 'SUCCESS',
        'repository-name': 'team/app',
        'image-digest': sha256(text),
        'action-type': 'PUSH',
        'artifact-media-type': OCI.config,
        'image-tag': 'v1',
        'manifest-media-type': OCI.manifest,
      },
    });
  });

  test('needs a media type in the body or in the request, and no contradiction between them', async () => {
    await pushImageBlobs(server.endpoint, 'team/app', 'a');
    const bare = manifest('a', 'oci', { mediaType: undefined });
    await expect(put({ imageManifest: bare })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
    });
    await expect(put({ imageManifest: manifest('a'), imageManifestMediaType: DOCKER.manifest })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('does not match'),
    });
    const { image } = await put({ imageManifest: bare, imageManifestMediaType: OCI.manifest });
    expect(image?.imageManifestMediaType).toBe(OCI.manifest);
  });

  test.each([
    ['not JSON', '{'],
    ['not an object', '[]'],
    ['no config', JSON.stringify({ schemaVersion: 2, mediaType: OCI.manifest, layers: [] })],
    ['no manifests', JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, layers: [] })],
    ['schemaVersion 1', JSON.stringify({ schemaVersion: 1, mediaType: OCI.index, manifests: [] })],
    ['a byte order mark', `\ufeff${JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests: [] })}`],
    ['a trailing byte', `${JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests: [] })}x`],
  ])('refuses %s', async (_, imageManifest) => {
    await expect(put({ imageManifest })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Invalid JSON syntax'),
    });
  });

  test('refuses an unknown manifest media type, and an image without layers', async () => {
    await expect(put({ imageManifest: JSON.stringify({ mediaType: 'text/html' }) })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('text/html'),
    });
    await expect(put({ imageManifest: manifest('a', 'oci', { layers: [] }) })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Image has to have at least 1 layer'),
    });
  });

  test('refuses a digest that is not that of the bytes', async () => {
    await pushImageBlobs(server.endpoint, 'team/app', 'a');
    await expect(put({ imageManifest: manifest('a'), imageDigest: sha256('other') })).rejects.toMatchObject({
      name: 'ImageDigestDoesNotMatchException',
    });
    expect(server.events).toEqual([]);
  });

  test('requires config and layers in the same repository, but not foreign layers', async () => {
    await pushImageBlobs(server.endpoint, 'other/app', 'a');
    await expect(put({ imageManifest: manifest('a'), imageTag: 'v1' })).rejects.toMatchObject({
      name: 'LayersNotFoundException',
      message: `Layers with digests '[${sha256('{"n":"a"}')}, ${sha256('layer a')}]' required for pushing image into repository with name 'team/app' in the registry with id '123456789012' do not exist`,
    });
    await pushImageBlobs(server.endpoint, 'team/app', 'a');
    const foreign = [
      descriptor(OCI.foreignGzip, 'elsewhere'),
      descriptor(DOCKER.foreignGzip, 'elsewhere too'),
      descriptor(OCI.gzip, 'layer a'),
    ];
    const { image } = await put({ imageManifest: manifest('a', 'oci', { layers: foreign }) });
    expect(image?.imageId?.imageTag).toBeUndefined();
    expect(server.actions()).toEqual([`PUSH  ${image?.imageId?.imageDigest}`]);
  });

  test('does not check layer media types', async () => {
    await pushImageBlobs(server.endpoint, 'team/app', 'a');
    const layers = [descriptor('application/vnd.docker.image.rootfs.diff.tar.zstd', 'layer a')];
    const { image } = await put({ imageManifest: manifest('a', 'docker', { layers }), imageTag: 'zstd' });
    expect(image?.imageManifestMediaType).toBe(DOCKER.manifest);
  });

  test('requires the children of an index to be images of the repository', async () => {
    const text = index([{ text: manifest('a'), arch: 'amd64' }]);
    await expect(put({ imageManifest: text, imageTag: 'v1' })).rejects.toMatchObject({
      name: 'ReferencedImagesNotFoundException',
      message: expect.stringContaining(sha256(manifest('a'))),
    });
    await pushImage(server.endpoint, 'team/app', 'a');
    await put({ imageManifest: text, imageTag: 'v1' });
    expect(server.actions()).toEqual([`PUSH  ${sha256(manifest('a'))}`, `PUSH v1 ${sha256(text)}`]);
    expect(server.events[1]?.detail).not.toHaveProperty('artifact-media-type');
    expect(server.events[1]?.detail).toHaveProperty('manifest-media-type', OCI.index);
  });

  test('takes the layers of a BuildKit cache index as blobs', async () => {
    const cache = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI.index,
      manifests: [
        descriptor(OCI.gzip, 'cached layer'),
        descriptor('application/vnd.buildkit.cacheconfig.v0', 'cache config'),
      ],
    });
    await expect(put({ imageManifest: cache })).rejects.toMatchObject({ name: 'LayersNotFoundException' });
    await pushBlob(server.endpoint, 'team/app', 'cached layer');
    await pushBlob(server.endpoint, 'team/app', 'cache config');
    const { image } = await put({ imageManifest: cache, imageTag: 'cache' });
    expect(image?.imageId?.imageDigest).toBe(sha256(cache));
  });

  test('answers ImageAlreadyExists to the same digest and tag, without an event', async () => {
    await pushImage(server.endpoint, 'team/app', 'a', { tag: 'v1' });
    await expect(put({ imageManifest: manifest('a'), imageTag: 'v1' })).rejects.toMatchObject({
      name: 'ImageAlreadyExistsException',
      message: `Image with digest '${sha256(manifest('a'))}' and tag 'v1' already exists in the repository with name 'team/app' in registry with id '123456789012'`,
    });
    await expect(put({ imageManifest: manifest('a') })).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
    expect(server.events).toHaveLength(1);
  });

  test('adds a tag to a digest, and moves a tag in a mutable repository', async () => {
    const a = await pushImage(server.endpoint, 'team/app', 'a', { tag: 'v1' });
    await put({ imageManifest: manifest('a'), imageTag: 'latest' });
    const b = await pushImage(server.endpoint, 'team/app', 'b', { tag: 'latest' });
    expect(Object.fromEntries(server.ecr.tags('team/app'))).toEqual({ v1: a, latest: b });
    expect(server.actions()).toEqual([`PUSH v1 ${a}`, `PUSH latest ${a}`, `PUSH latest ${b}`]);
  });

  test('allows 1,000 tags on one image', async () => {
    for (let n = 1; n < 1000; n++) server.ecr.store('team/app', { bytes: Buffer.from(manifest('a')), tag: `t${n}` });
    await put({ imageManifest: manifest('a'), imageTag: 't1000' });
    await expect(put({ imageManifest: manifest('a'), imageTag: 'one-more' })).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: expect.stringContaining("exceeds the maximum allowed number of tags per image which is '1000'"),
    });
  });

  test.each([
    ['a tag of 301 characters', { imageTag: 't'.repeat(301) }, 'imageTag'],
    ['a tag that no client can pull', { imageTag: '-v1' }, 'imageTag'],
    ['a manifest of 4 MiB and one character', { imageManifest: ' '.repeat(4_194_305) }, 'imageManifest'],
    ['an empty manifest', { imageManifest: '' }, 'imageManifest'],
  ])('refuses %s', async (_, input, parameter) => {
    await expect(put({ imageManifest: manifest('a'), ...input })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(`'${parameter}'`),
    });
  });
});

describe('tag mutability', () => {
  const moves = async (tag: string): Promise<boolean> => {
    await pushImage(server.endpoint, 'team/app', `${tag} 1`, { tag });
    await pushImageBlobs(server.endpoint, 'team/app', `${tag} 2`);
    try {
      await put({ imageManifest: manifest(`${tag} 2`), imageTag: tag });
      return true;
    } catch (error) {
      expect(error).toMatchObject({
        name: 'ImageTagAlreadyExistsException',
        message: `The image tag '${tag}' already exists in the 'team/app' repository and cannot be overwritten because the repository is immutable.`,
      });
      return false;
    }
  };
  const set = (imageTagMutability: TagMutability['imageTagMutability'], ...exclusionFilters: string[]) =>
    server.ecr.setTagMutability('team/app', { imageTagMutability, exclusionFilters });

  test('IMMUTABLE lets no tag move, and still answers ImageAlreadyExists to the same push', async () => {
    set('IMMUTABLE');
    expect(await moves('v1')).toBe(false);
    await expect(put({ imageManifest: manifest('v1 1'), imageTag: 'v1' })).rejects.toMatchObject({
      name: 'ImageAlreadyExistsException',
    });
  });

  test('IMMUTABLE_WITH_EXCLUSION lets only the excluded tags move', async () => {
    set('IMMUTABLE_WITH_EXCLUSION', 'latest', '*-dockerv2', 'rc.*');
    expect(await moves('latest')).toBe(true);
    expect(await moves('v1-dockerv2')).toBe(true);
    expect(await moves('rc.1')).toBe(true);
    expect(await moves('latest-2')).toBe(false);
    expect(await moves('rcx1')).toBe(false);
  });

  test('MUTABLE_WITH_EXCLUSION lets all but the excluded tags move', async () => {
    set('MUTABLE_WITH_EXCLUSION', 'v*');
    expect(await moves('v1-dockerv2')).toBe(false);
    expect(await moves('latest')).toBe(true);
    expect(await moves('dev')).toBe(true);
  });
});

describe('the quota of PutImage', () => {
  let now = Date.UTC(2026, 10, 21);
  const { server: limited, client: limitedClient } = useEcr(({ ecr }) => ecr.createRepository('team/app'), {
    putImagesPerSecond: 2,
    now: () => new Date(now),
  });

  test('is one for both APIs, and is refilled at its rate', async () => {
    await pushImageBlobs(limited.endpoint, 'team/app', 'a');
    const viaAws = async (imageTag: string) => {
      const imageManifest = manifest('a');
      const input = { repositoryName: 'team/app', imageManifest, imageTag };
      return limitedClient.send(new PutImageCommand(input)).then(
        () => 'stored',
        ({ name }) => name,
      );
    };
    const viaRegistry = async (tag: string) =>
      (await putManifest(limited.endpoint, 'team/app', tag, manifest('a'))).status;
    expect([await viaAws('1'), await viaRegistry('2')]).toEqual(['stored', 201]);
    expect([await viaAws('3'), await viaRegistry('3')]).toEqual(['ThrottlingException', 429]);
    now += 500;
    expect([await viaAws('3'), await viaAws('4')]).toEqual(['stored', 'ThrottlingException']);
    now += 60_000;
    expect([await viaAws('4'), await viaAws('5'), await viaAws('6')]).toEqual([
      'stored',
      'stored',
      'ThrottlingException',
    ]);
    expect([...limited.ecr.tags('team/app').keys()]).toEqual(['1', '2', '3', '4', '5']);
  });
});
