import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ImageIdentifier,
  paginateDescribeImages,
  paginateDescribeRepositories,
} from '@aws-sdk/client-ecr';
import { OCI } from '../../support/manifests';
import { index, manifest, pushImage, putManifest, sha256, useEcr } from './support';

const { server, client } = useEcr(({ ecr }) => ecr.createRepository('app'), {
  now: () => new Date('2026-01-02T03:04:05.678Z'),
});

async function rowsOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

describe('DescribeImages', () => {
  test('has one row per digest with its tags, types, size and time', async () => {
    const digest = await pushImage(server.endpoint, 'app', 'a', { tag: 'v2' });
    await putManifest(server.endpoint, 'app', 'v1', manifest('a'));
    const list = index([{ text: manifest('a'), arch: 'amd64' }]);
    await putManifest(server.endpoint, 'app', sha256(list), list);
    const { imageDetails, nextToken } = await client.send(new DescribeImagesCommand({ repositoryName: 'app' }));
    expect(nextToken).toBeUndefined();
    const common = {
      registryId: '123456789012',
      repositoryName: 'app',
      imagePushedAt: new Date('2026-01-02T03:04:05.678Z'),
      imageSizeInBytes: 'layer a'.length,
      imageStatus: 'ACTIVE',
    };
    expect(imageDetails).toEqual([
      {
        ...common,
        imageDigest: digest,
        imageTags: ['v1', 'v2'],
        imageManifestMediaType: OCI.manifest,
        artifactMediaType: OCI.config,
      },
      { ...common, imageDigest: sha256(list), imageManifestMediaType: OCI.index },
    ]);
  });

  test('pages by maxResults, 100 by default, and survives a deletion between two pages', async () => {
    const digests: string[] = [];
    for (let n = 0; n < 105; n++)
      digests.push(server.ecr.store('app', { bytes: Buffer.from(manifest(`${n}`)) }).digest);
    const first = await client.send(new DescribeImagesCommand({ repositoryName: 'app' }));
    expect(first.imageDetails).toHaveLength(100);
    await client.send(new BatchDeleteImageCommand({ repositoryName: 'app', imageIds: [{ imageDigest: digests[99] }] }));
    const second = await client.send(new DescribeImagesCommand({ repositoryName: 'app', nextToken: first.nextToken }));
    expect(second.imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual(digests.slice(100));
    expect(second.nextToken).toBeUndefined();
    const pages = await rowsOf(paginateDescribeImages({ client: client, pageSize: 13 }, { repositoryName: 'app' }));
    expect(pages).toHaveLength(8);
    expect(pages.flatMap(({ imageDetails = [] }) => imageDetails)).toHaveLength(104);
  });

  test('filters by tag status and by image status', async () => {
    const tagged = await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    const untagged = await pushImage(server.endpoint, 'app', 'b');
    const select = async (filter: { tagStatus?: 'TAGGED' | 'UNTAGGED' | 'ANY'; imageStatus?: 'ARCHIVED' | 'ANY' }) => {
      const answer = await client.send(new DescribeImagesCommand({ repositoryName: 'app', filter }));
      return answer.imageDetails?.map(({ imageDigest }) => imageDigest);
    };
    expect(await select({ tagStatus: 'TAGGED' })).toEqual([tagged]);
    expect(await select({ tagStatus: 'UNTAGGED' })).toEqual([untagged]);
    expect(await select({ tagStatus: 'ANY', imageStatus: 'ANY' })).toEqual([tagged, untagged]);
    expect(await select({ imageStatus: 'ARCHIVED' })).toEqual([]);
  });

  test('describes images by id without pages, and fails as a whole if one is missing', async () => {
    const imageDigest = await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    const describe = (imageIds: ImageIdentifier[], more: { maxResults?: number } = {}) =>
      client.send(new DescribeImagesCommand({ repositoryName: 'app', imageIds, ...more }));
    const { imageDetails } = await describe([{ imageTag: 'v1' }, { imageDigest }]);
    expect(imageDetails?.map((detail) => detail.imageDigest)).toEqual([imageDigest]);
    await expect(describe([{ imageTag: 'v1' }], { maxResults: 5 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(describe([{ imageTag: 'v1' }, { imageTag: 'v2' }])).rejects.toMatchObject({
      name: 'ImageNotFoundException',
      message:
        "The image with imageId {imageDigest:'null', imageTag:'v2'} does not exist within the repository with name 'app' in the registry with id '123456789012'",
    });
  });

  test.each([
    ['maxResults 0', { maxResults: 0 }],
    ['maxResults 1001', { maxResults: 1001 }],
    ['a token that it never gave', { nextToken: 'no token' }],
  ])('refuses %s', async (_, input) => {
    await expect(client.send(new DescribeImagesCommand({ repositoryName: 'app', ...input }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('DescribeRepositories', () => {
  test('pages in the order of names, and finds repositories by name', async () => {
    for (const name of ['zoo/b', 'zoo/a', 'team/long/name']) server.ecr.createRepository(name);
    const pages = await rowsOf(paginateDescribeRepositories({ client: client, pageSize: 3 }, {}));
    expect(pages.map(({ repositories }) => repositories?.map(({ repositoryName }) => repositoryName))).toEqual([
      ['app', 'team/long/name', 'zoo/a'],
      ['zoo/b'],
    ]);
    const named = await client.send(new DescribeRepositoriesCommand({ repositoryNames: ['zoo/a'] }));
    expect(named.repositories).toMatchObject([
      {
        repositoryArn: 'arn:aws:ecr:eu-north-1:123456789012:repository/zoo/a',
        repositoryUri: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/zoo/a',
        imageTagMutability: 'MUTABLE',
      },
    ]);
    await expect(client.send(new DescribeRepositoriesCommand({ repositoryNames: ['none'] }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });
});
