import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  ListTagsForResourceCommand,
  PutImageCommand,
  TagResourceCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { AwsError } from '../../../local/aws/error';
import { manifest, pushBlob, pushImage, pushImageBlobs, sha256, useEcr } from './support';

const { server, client } = useEcr(({ ecr }) => ecr.createRepository('app'));

const post = (operation: string, body: string) =>
  fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
    },
    body,
  });

describe('the protocol', () => {
  test('answers an error as AWS JSON 1.1', async () => {
    const response = await post(
      'BatchGetImage',
      JSON.stringify({ repositoryName: 'none', imageIds: [{ imageTag: 'v1' }] }),
    );
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('RepositoryNotFoundException');
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(await response.json()).toEqual({
      __type: 'RepositoryNotFoundException',
      message: "The repository with name 'none' does not exist in the registry with id '123456789012'",
    });
  });

  test.each([
    ['an unknown operation', 'PaintImage', '{}', 'UnknownOperationException', 'PaintImage'],
    ['a body that is not JSON', 'DescribeImages', '{', 'SerializationException', 'not a JSON object'],
    ['a field of the wrong type', 'DescribeImages', '{"repositoryName":7}', 'SerializationException', 'repositoryName'],
    ['a missing field', 'DescribeImages', '{}', 'InvalidParameterException', 'repositoryName'],
    [
      'a repository name of one letter',
      'DescribeImages',
      '{"repositoryName":"a"}',
      'InvalidParameterException',
      'length',
    ],
  ])('refuses %s', async (_, operation, body, code, words) => {
    const response = await post(operation, body);
    expect(response.status).toBe(400);
    const error = (await response.json()) as { __type: string; message: string };
    expect(error.__type).toBe(code);
    expect(error.message).toContain(words);
  });

  test('leaves requests for other services alone', async () => {
    const bus = await fetch(server.endpoint, { method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' } });
    expect([bus.status, (await fetch(`${server.endpoint}/health`)).status]).toEqual([404, 404]);
  });

  test('lists its calls, and can fail any of them', async () => {
    await pushImage(server.endpoint, 'app', 'a', { tag: 'v1' });
    const read = new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] });
    await client.send(read);
    server.before = () => {
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    await expect(client.send(read)).rejects.toMatchObject({ name: 'ThrottlingException' });
    server.before = () => {
      throw new AwsError('ServerException', 'disk full');
    };
    const put = new PutImageCommand({ repositoryName: 'app', imageManifest: manifest('a'), imageTag: 'v2' });
    await expect(client.send(put)).rejects.toMatchObject({
      name: 'ServerException',
      $metadata: { httpStatusCode: 500 },
    });
    expect(server.ecr.tags('app').has('v2')).toBe(false);
    expect(server.ecr.calls).toEqual([
      { operation: 'BatchGetImage', repository: 'app', tag: 'v1' },
      { operation: 'BatchGetImage', repository: 'app', tag: 'v1' },
      { operation: 'PutImage', repository: 'app', tag: 'v2' },
    ]);
    expect(server.ecr.registryCalls).toEqual([
      { operation: 'POST upload', repository: 'app' },
      { operation: 'POST upload', repository: 'app' },
      { operation: 'PUT manifest', repository: 'app', tag: 'v1' },
    ]);
  });
});

describe('repositories', () => {
  test('are created once, with tags and exclusion filters', async () => {
    const create = new CreateRepositoryCommand({
      repositoryName: 'team/new',
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest*' }],
      tags: [{ Key: 'owner', Value: 'platform' }],
    });
    const { repository } = await client.send(create);
    expect(repository).toMatchObject({
      repositoryName: 'team/new',
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest*' }],
      createdAt: expect.any(Date),
    });
    await expect(client.send(create)).rejects.toMatchObject({ name: 'RepositoryAlreadyExistsException' });
    expect(server.ecr.repositories).toEqual(['app', 'team/new']);
  });

  test.each(['Upper', 'a//b', 'ends-', '-starts'])('refuse the name %s', async (repositoryName) => {
    await expect(client.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('carry up to 50 resource tags', async () => {
    const resourceArn = 'arn:aws:ecr:eu-north-1:123456789012:repository/app';
    const set = (tags: { Key: string; Value: string }[]) => client.send(new TagResourceCommand({ resourceArn, tags }));
    await set([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    await set([{ Key: 'b', Value: '3' }]);
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '3' },
    ]);
    await expect(set([{ Key: 'aws:x', Value: '' }])).rejects.toMatchObject({ name: 'InvalidTagParameterException' });
    const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
    await expect(set(many)).rejects.toMatchObject({ name: 'TooManyTagsException' });
    await expect(
      client.send(new ListTagsForResourceCommand({ resourceArn: `${resourceArn}/none` })),
    ).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
  });
});

describe('layers', () => {
  const MiB = 1024 * 1024;
  const begin = async () => (await client.send(new InitiateLayerUploadCommand({ repositoryName: 'app' }))).uploadId;
  const upload = (uploadId: string | undefined, first: number, layerPartBlob: Uint8Array) =>
    client.send(
      new UploadLayerPartCommand({
        repositoryName: 'app',
        uploadId,
        partFirstByte: first,
        partLastByte: first + layerPartBlob.length - 1,
        layerPartBlob,
      }),
    );
  const complete = (uploadId: string | undefined, digest: string) =>
    client.send(new CompleteLayerUploadCommand({ repositoryName: 'app', uploadId, layerDigests: [digest] }));

  test('are uploaded in parts and downloaded again through a URL of this server', async () => {
    const bytes = Buffer.alloc(6 * MiB, 'layer');
    const digest = sha256(bytes);
    const uploadId = await begin();
    expect((await upload(uploadId, 0, bytes.subarray(0, 5 * MiB))).lastByteReceived).toBe(5 * MiB - 1);
    await upload(uploadId, 5 * MiB, bytes.subarray(5 * MiB));
    expect((await complete(uploadId, digest)).layerDigest).toBe(digest);

    const { downloadUrl = '' } = await client.send(
      new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest: digest }),
    );
    expect(downloadUrl.startsWith(`${server.endpoint}/blob-download/`)).toBe(true);
    const download = await fetch(downloadUrl);
    expect(sha256(new Uint8Array(await download.arrayBuffer()))).toBe(digest);
    expect(server.ecr.registryCalls).toEqual([{ operation: 'GET blob-download', repository: 'app' }]);

    const { layers, failures } = await client.send(
      new BatchCheckLayerAvailabilityCommand({ repositoryName: 'app', layerDigests: [digest, sha256('none'), 'bad'] }),
    );
    expect(layers).toEqual([
      { layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: bytes.length },
      { layerDigest: sha256('none'), layerAvailability: 'UNAVAILABLE' },
    ]);
    expect(failures).toMatchObject([{ layerDigest: 'bad', failureCode: 'InvalidLayerDigest' }]);
    const again = await begin();
    await upload(again, 0, bytes.subarray(0, 10));
    await expect(complete(again, digest)).rejects.toMatchObject({ name: 'LayerAlreadyExistsException' });
  });

  test('are refused if empty, out of order, in parts that are too small, or of another digest', async () => {
    const uploadId = await begin();
    await expect(complete(uploadId, sha256(''))).rejects.toMatchObject({ name: 'EmptyUploadException' });
    await expect(upload(uploadId, 7, Buffer.from('abc'))).rejects.toMatchObject({
      name: 'InvalidLayerPartException',
      lastValidByteReceived: -1,
    });
    await upload(uploadId, 0, Buffer.from('abc'));
    await upload(uploadId, 3, Buffer.from('def'));
    await expect(complete(uploadId, sha256('abcdef'))).rejects.toMatchObject({ name: 'LayerPartTooSmallException' });

    const other = await begin();
    await upload(other, 0, Buffer.from('abc'));
    await expect(complete(other, sha256('abd'))).rejects.toMatchObject({ name: 'InvalidLayerException' });
    await expect(complete(other, sha256('abc'))).rejects.toMatchObject({ name: 'UploadNotFoundException' });
  });

  test('belong to one repository', async () => {
    const layerDigest = await pushBlob(server.endpoint, 'other', 'x');
    await expect(
      client.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest })),
    ).rejects.toMatchObject({ name: 'LayersNotFoundException', message: expect.stringContaining(layerDigest) });
    expect((await fetch(`${server.endpoint}/blob-download/app/${layerDigest}`)).status).toBe(404);
  });
});

test('GetAuthorizationToken gives basic credentials for this server', async () => {
  await pushImageBlobs(server.endpoint, 'app', 'a');
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  const [data] = authorizationData ?? [];
  expect(data?.proxyEndpoint).toBe(server.endpoint);
  expect(Buffer.from(data?.authorizationToken ?? '', 'base64').toString()).toMatch(/^AWS:.+/);
  const authorization = `Basic ${data?.authorizationToken}`;
  expect((await fetch(`${server.endpoint}/v2/`, { headers: { authorization } })).status).toBe(200);
});
