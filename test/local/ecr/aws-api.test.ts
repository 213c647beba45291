import {
  BatchGetImageCommand,
  GetDownloadUrlForLayerCommand,
  ListTagsForResourceCommand,
  PutImageCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { AwsError } from '../../../local/aws/error';
import { manifest, pushBlob, pushImage, useEcr } from './support';

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
  test('are created once', () => {
    expect(() => server.ecr.createRepository('app')).toThrow("The repository with name 'app' already exists");
  });

  test.each(['Upper', 'a//b', 'ends-', '-starts'])('refuse the name %s', (name) => {
    expect(() => server.ecr.createRepository(name)).toThrow("Invalid parameter at 'repositoryName'");
  });

  test('carry resource tags', async () => {
    const resourceArn = 'arn:aws:ecr:eu-north-1:123456789012:repository/app';
    server.ecr.tagResource('app', { a: '1', b: '2' });
    await client.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'b', Value: '3' }] }));
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '3' },
    ]);
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'none'] }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
      { Key: 'b', Value: '3' },
    ]);
    await expect(
      client.send(new ListTagsForResourceCommand({ resourceArn: `${resourceArn}/none` })),
    ).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
  });

  test.each([
    ['a comma', { a: 'linux/arm64,linux/amd64' }, 'The value of the tag'],
    ['a long value', { a: 'a'.repeat(257) }, 'The value of the tag'],
    ['a long key', { ['a'.repeat(129)]: '' }, 'The tag key'],
    ['no key', { '': 'a' }, 'The tag key'],
    ['a key of AWS', { 'aws:a': 'a' }, 'The prefix'],
  ])('refuse a resource tag with %s, and those beside it', async (_, tags, message) => {
    expect(() => server.ecr.tagResource('app', { good: '', ...tags })).toThrow(message);
    const resourceArn = 'arn:aws:ecr:eu-north-1:123456789012:repository/app';
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([]);
    server.ecr.tagResource('app', { good: 'linux/arm64 +-=._:/@ é', ['a'.repeat(128)]: 'a'.repeat(256) });
  });

  test('carry at most 50 resource tags', () => {
    const numbered = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`key ${from + n}`, '']));
    server.ecr.tagResource('app', numbered(0, 50));
    server.ecr.tagResource('app', { 'key 0': 'again' });
    expect(() => server.ecr.tagResource('app', { more: '' })).toThrow('can have at most 50 resource tags');
  });
});

describe('layers', () => {
  test('are downloaded through a URL of this server', async () => {
    const layerDigest = await pushBlob(server.endpoint, 'app', 'layer');
    const command = new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest });
    const { downloadUrl = '' } = await client.send(command);
    expect(downloadUrl.startsWith(`${server.endpoint}/blob-download/`)).toBe(true);
    server.ecr.registryCalls.length = 0;
    expect(await (await fetch(downloadUrl)).text()).toBe('layer');
    expect(server.ecr.registryCalls).toEqual([{ operation: 'GET blob-download', repository: 'app' }]);
  });

  test('belong to one repository', async () => {
    const layerDigest = await pushBlob(server.endpoint, 'other', 'x');
    await expect(
      client.send(new GetDownloadUrlForLayerCommand({ repositoryName: 'app', layerDigest })),
    ).rejects.toMatchObject({ name: 'LayersNotFoundException', message: expect.stringContaining(layerDigest) });
    expect((await fetch(`${server.endpoint}/blob-download/app/${layerDigest}`)).status).toBe(404);
  });
});
