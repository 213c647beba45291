import { ECRClient } from '@aws-sdk/client-ecr';
import { RepositoryNotFound, TransientFailure } from '../../../lambda/core/errors';
import { digestOf } from '../../../lambda/core/manifest/digest';
import { EcrRegistry, type EcrRegistryOptions } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { ADDRESS } from '../../support/fake-service';
import { bytesOf, DOCKER, OCI, ociImage } from '../../support/manifests';
import { errorAnswer as error, ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
let options: EcrRegistryOptions;
let registry: EcrRegistry;
beforeEach(() => {
  options = { client: new ECRClient(aws.clientOptions), pacer: new Pacer(1_000), address: ADDRESS };
  registry = new EcrRegistry(options);
});

const image = (imageTag: string, name = 'app') => ({
  imageId: { imageTag, imageDigest: digestOf(bytesOf(ociImage(name))) },
  imageManifest: JSON.stringify(ociImage(name)),
  imageManifestMediaType: OCI.manifest,
});
const stored = (name = 'app') => ({
  digest: digestOf(bytesOf(ociImage(name))),
  mediaType: OCI.manifest,
  bytes: bytesOf(ociImage(name)),
});
const failure = (imageId: object | undefined, failureCode = 'ImageNotFound') => ({
  imageId,
  failureCode,
  failureReason: 'because',
});
const acceptedMediaTypes = [OCI.manifest, OCI.index, DOCKER.manifest, DOCKER.list];
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);
const idsAskedFor = () => aws.received.map(({ input }) => (input.imageIds as object[]).length);

describe('reading tags', () => {
  test('asks once for all, accepting all four media types', async () => {
    aws.answers = [{ json: { images: [image('v1')], failures: [failure({ imageTag: 'v1-dockerv2' })] } }];
    expect([...(await registry.readTags('team/app', ['v1', 'v1-dockerv2']))]).toEqual([['v1', stored()]]);
    const imageIds = [{ imageTag: 'v1' }, { imageTag: 'v1-dockerv2' }];
    expect(aws.received).toEqual([
      { operation: 'BatchGetImage', input: { repositoryName: 'team/app', imageIds, acceptedMediaTypes } },
    ]);
    expect(registry.callCount).toBe(1);
  });

  test('asks again for a tag that was left out, as ECR may do when two tags name one image', async () => {
    const nameless = { ...image('v1'), imageId: { imageDigest: digestOf(bytesOf(ociImage())) } };
    aws.answers = [
      { json: { images: [image('v1'), nameless, { imageManifest: '{}' }], failures: [failure(undefined)] } },
      { json: { images: [image('v1-dockerv2')] } },
    ];
    expect([...(await registry.readTags('team/app', ['v1', 'v1-dockerv2'])).keys()]).toEqual(['v1', 'v1-dockerv2']);
    expect(aws.received[1]?.input.imageIds).toEqual([{ imageTag: 'v1-dockerv2' }]);
    expect(registry.callCount).toBe(2);
  });

  test('an answer about none of the tags is not an answer', async () => {
    aws.answers = [{ json: {} }, { json: { images: [image('v3')], failures: [failure({ imageTag: 'v4' })] } }];
    await expect(registry.readTags('team/app', ['v1'])).rejects.toThrow(
      new TransientFailure('ECR said nothing about team/app'),
    );
    await expect(registry.readTags('team/app', ['v1', 'v2'])).rejects.toThrow(
      new TransientFailure('ECR said nothing about team/app:v1, v2'),
    );
    expect(registry.callCount).toBe(2);
  });

  /** v2 does not exist, and v1 can't be read. */
  const failing = (failureCode: string) => ({
    json: { failures: [failure({ imageTag: 'v2' }), failure({ imageTag: 'v1' }, failureCode)] },
  });
  const readBoth = () => registry.readTags('team/app', ['v1', 'v2']);

  test.each([
    ['KmsError', 'kms-key'],
    ['UpstreamAccessDenied', 'pull-through-cache'],
    ['UpstreamTooManyRequests', 'pull-through-cache'],
    ['UpstreamUnavailable', 'pull-through-cache'],
    ['ImageInaccessible', 'image-inaccessible'],
  ])('an image that ECR does not return (%s) is an outcome: %s', async (failureCode, reason) => {
    aws.answers = [failing(failureCode), { json: { imageDetails: [{ imageStatus: 'ACTIVE' }] } }];
    const detail = `ECR can't read team/app v1: ${failureCode} because`;
    await expect(readBoth()).rejects.toMatchObject({ name: 'RegistryRefusal', reason, detail });
  });

  test('an inaccessible image that is archived is one of its own', async () => {
    aws.answers = [failing('ImageInaccessible'), { json: { imageDetails: [{ imageStatus: 'ARCHIVED' }] } }];
    await expect(readBoth()).rejects.toMatchObject({ reason: 'archived', detail: 'team/app:v1 is archived' });
  });

  test('a failure that nobody knows is tried again', async () => {
    aws.answers = [failing('NewFailure')];
    await expect(readBoth()).rejects.toThrow(new TransientFailure("ECR can't read team/app v1: NewFailure because"));
  });

  test('an inaccessible image whose tag was deleted meanwhile is not archived', async () => {
    aws.answers = [failing('ImageInaccessible'), error('ImageNotFoundException')];
    await expect(readBoth()).rejects.toMatchObject({ reason: 'image-inaccessible' });
  });

  test.each([
    [100, [100]],
    [101, [100, 1]],
    [0, []],
  ])('asks for %i tags by the hundred', async (count, calls) => {
    const tags = numbered(count);
    aws.answers = [tags.slice(0, 100), tags.slice(100)].map((some) => ({
      json: { images: some.map((tag) => image(tag)) },
    }));
    expect([...(await registry.readTags('team/app', tags)).keys()]).toEqual(tags);
    expect(idsAskedFor()).toEqual(calls);
  });
});

describe('reading by digest', () => {
  test('finds the manifest, or none', async () => {
    aws.answers = [{ json: { images: [image('v1')] } }, { json: { failures: [failure(undefined)] } }];
    expect(await registry.readManifest('team/app', 'sha256:aa')).toEqual(stored());
    expect(await registry.readManifest('team/app', 'sha256:bb')).toBeUndefined();
    const imageIds = [{ imageDigest: 'sha256:aa' }];
    expect(aws.received[0]?.input).toEqual({ repositoryName: 'team/app', imageIds, acceptedMediaTypes });
  });

  test('finds many by the hundred, those that exist', async () => {
    aws.answers = [{ json: { images: [image('', 'a')] } }, { json: { failures: [failure(undefined)] } }];
    const manifests = new Map([[stored('a').digest, stored('a')]]);
    expect(await registry.readManifests('team/app', numbered(101))).toEqual({ manifests, unread: [] });
    expect(idsAskedFor()).toEqual([100, 1]);
    expect(aws.received[1]?.input.imageIds).toEqual([{ imageDigest: 'v100' }]);
  });

  const BY_DIGEST: [string, () => Promise<unknown>][] = [
    ['one', () => registry.readManifest('team/app', 'sha256:aa')],
    ['many', () => registry.readManifests('team/app', ['sha256:aa'])],
  ];
  test.each(BY_DIGEST)('an answer that says nothing, or half of it, is not an answer: %s', async (_, read) => {
    const { imageManifest } = image('');
    aws.answers = [
      {},
      ...[{ imageId: { imageDigest: 'sha256:aa' } }, { imageManifest }].map((one) => ({ json: { images: [one] } })),
    ];
    await expect(read()).rejects.toThrow(new TransientFailure('ECR said nothing about team/app'));
    const half = new TransientFailure('ECR answered with an image without its digest or manifest');
    await expect(read()).rejects.toThrow(half);
    await expect(read()).rejects.toThrow(half);
  });

  const unreadable = (imageId?: object, failureCode = 'KmsError') => ({
    json: { failures: [failure(imageId, failureCode)] },
  });

  const readOne = () => registry.readManifest('team/app', 'sha256:aa');

  test('one that can not be read is not one that is gone', async () => {
    const imageId = { imageDigest: 'sha256:aa' };
    aws.answers = [unreadable(imageId), unreadable(imageId, 'NewFailure'), unreadable()];
    const detail = "ECR can't read team/app sha256:aa: KmsError because";
    await expect(readOne()).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'kms-key', detail });
    await expect(readOne()).rejects.toThrow(TransientFailure);
    await expect(readOne()).rejects.toMatchObject({ name: 'RegistryRefusal' });
  });

  test('one of many that can not be read does not keep the others back', async () => {
    aws.answers = [{ json: { images: [image('', 'a')], ...unreadable({ imageDigest: 'sha256:aa' }).json } }];
    const { manifests, unread } = await registry.readManifests('team/app', ['sha256:aa', stored('a').digest]);
    expect([[...manifests.keys()], unread]).toEqual([[stored('a').digest], []]);
  });

  test('a manifest of which ECR does not say the type says it itself', async () => {
    aws.answers = [{ json: { images: [{ ...image('v1'), imageManifestMediaType: undefined }] } }];
    expect(await registry.readManifest('team/app', 'sha256:aa')).toEqual({ ...stored(), mediaType: '' });
  });
});

/** Each method that reads, with the operation that it calls first. */
const READS: [method: string, operation: string, of: string, call: (by: EcrRegistry) => Promise<unknown>][] = [
  ['readTags', 'BatchGetImage', 'team/app', (by) => by.readTags('team/app', ['v1'])],
  ['readManifest', 'BatchGetImage', 'team/app', (by) => by.readManifest('team/app', 'sha256:aa')],
  ['readManifests', 'BatchGetImage', 'team/app', (by) => by.readManifests('team/app', ['sha256:aa'])],
  ['readBlob', 'GetDownloadUrlForLayer', 'team/app', (by) => by.readBlob('team/app', 'sha256:aa', 1)],
  ['listManifests', 'DescribeImages', 'team/app', (by) => by.listManifests('team/app')],
  ['listImages', 'DescribeImages', 'team/app', (by) => by.listImages('team/app')],
  ['deleteCompanions', 'DescribeImages', 'team/app', (by) => by.deleteCompanions('team/app', 'v1', ['v1-dockerv2'])],
  ['listRepositories', 'DescribeRepositories', 'the registry', (by) => by.listRepositories()],
  ['listCachePrefixes', 'DescribePullThroughCacheRules', 'the registry', (by) => by.listCachePrefixes()],
  ['isOptedOut', 'ListTagsForResource', 'team/app', (by) => by.isOptedOut('team/app')],
];

describe.each(READS)('%s', (_, operation, of, call) => {
  test('names the repository that is gone, and passes on what a retry can cure', async () => {
    aws.answers = [error('RepositoryNotFoundException'), error('ServerException', 'down')];
    await expect(call(registry)).rejects.toThrow(new RepositoryNotFound(of));
    await expect(call(registry)).rejects.toMatchObject({ name: 'ServerException', message: 'down' });
    expect(registry.callCount).toBe(2);
  });

  test('refuses what is denied, by the name of the operation', async () => {
    aws.answers = [error('AccessDeniedException', 'explicit deny')];
    const detail = `${operation} of ${of}: AccessDeniedException: explicit deny`;
    await expect(call(registry)).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'access-denied', detail });
  });

  test('ends with the signal of its work', async () => {
    const abort = new AbortController();
    aws.answers = [{ hangs: true }];
    const ended = expect(call(new EcrRegistry({ ...options, signal: abort.signal }))).rejects.toThrow(
      new TransientFailure(`${operation} of ${of} was not done in time`),
    );
    await aws.requests(1);
    abort.abort();
    await ended;
  });
});

test('to a person, what their credentials or keys do not allow is an error, and other refusals stay refusals', async () => {
  const person = new EcrRegistry({ ...options, caller: 'person' });
  aws.answers = ['AccessDeniedException', 'KmsException', 'LayersNotFoundException'].map((type) => error(type));
  const read = () => person.readBlob('team/app', 'sha256:aa', 1);
  await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(read()).rejects.toMatchObject({ name: 'KmsException' });
  await expect(read()).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'layers-missing' });
});

describe('reading a blob', () => {
  const download = () => ({ json: { downloadUrl: `${aws.endpoint}/blob` } });
  const read = (maxBytes = 100) => registry.readBlob('team/app', 'sha256:aa', maxBytes);

  test('follows the download URL', async () => {
    aws.answers = [download(), { body: 'content' }];
    expect(new TextDecoder().decode(await read())).toBe('content');
    expect(aws.received[0]).toEqual({
      operation: 'GetDownloadUrlForLayer',
      input: { repositoryName: 'team/app', layerDigest: 'sha256:aa' },
    });
    expect(aws.operations[1]).toBe('GET /blob');
  });

  test('reads as much as it was allowed, and no more', async () => {
    aws.answers = [download(), { body: 'x'.repeat(100) }, download(), { body: 'x'.repeat(101) }];
    expect(await read()).toHaveLength(100);
    await expect(read()).rejects.toThrow('blob sha256:aa of team/app has more than 100 bytes');
  });

  test('a download that fails is tried again by the queue', async () => {
    aws.answers = [download(), { status: 503 }, {}];
    await expect(read()).rejects.toThrow(new TransientFailure('download of sha256:aa of team/app answered 503'));
    await expect(read()).rejects.toThrow(new TransientFailure('ECR gave no download URL for sha256:aa of team/app'));
  });

  test('a download ends with the signal of its work', async () => {
    const abort = new AbortController();
    aws.answers = [download(), { hangs: true }];
    const by = new EcrRegistry({ ...options, signal: abort.signal });
    const ended = expect(by.readBlob('team/app', 'sha256:aa', 1)).rejects.toThrow('out of time');
    await aws.requests(2);
    abort.abort(new Error('out of time'));
    await ended;
  });

  test('a download is given up after ten seconds', async () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(new Error('too slow')));
    aws.answers = [download(), { body: 'content' }];
    await expect(read()).rejects.toThrow('too slow');
    expect(timeout.mock.calls).toEqual([[10_000]]);
    timeout.mockRestore();
  });
});

describe('lists', () => {
  test('the prefixes of pull-through caches over all pages', async () => {
    aws.answers = [
      { json: { pullThroughCacheRules: [{ ecrRepositoryPrefix: 'docker-hub' }, {}], nextToken: 'next' } },
      { json: { pullThroughCacheRules: [{ ecrRepositoryPrefix: 'quay/mirror/' }] } },
      {},
    ];
    expect(await registry.listCachePrefixes()).toEqual(['docker-hub', 'quay/mirror']);
    expect(await registry.listCachePrefixes()).toEqual([]);
    expect(aws.received.slice(0, 2)).toEqual([
      { operation: 'DescribePullThroughCacheRules', input: { maxResults: 1_000 } },
      { operation: 'DescribePullThroughCacheRules', input: { maxResults: 1_000, nextToken: 'next' } },
    ]);
  });

  test('tagged manifests by the thousand', async () => {
    const row = {
      imageDigest: 'sha256:aa',
      imageManifestMediaType: OCI.manifest,
      imageTags: ['v1', 'v2'],
      imagePushedAt: 1_700_000_000,
    };
    aws.answers = [{ json: { imageDetails: [row, {}], nextToken: 'next' } }, {}];
    const nothing = { digest: '', mediaType: '', tags: [], pushedAt: 0 };
    expect(await registry.listManifests('team/app')).toEqual({
      manifests: [
        { digest: 'sha256:aa', mediaType: OCI.manifest, tags: ['v1', 'v2'], pushedAt: 1_700_000_000_000 },
        nothing,
      ],
      nextToken: 'next',
    });
    expect(await registry.listManifests('team/app', 'next')).toStrictEqual({ manifests: [] });
    const input = { repositoryName: 'team/app', maxResults: 1_000, filter: { tagStatus: 'TAGGED' } };
    expect(aws.received).toEqual([
      { operation: 'DescribeImages', input },
      { operation: 'DescribeImages', input: { ...input, nextToken: 'next' } },
    ]);
  });

  test('the names of repositories by the thousand', async () => {
    aws.answers = [{ json: { repositories: [{ repositoryName: 'a' }, {}], nextToken: 'next' } }, {}];
    expect(await registry.listRepositories()).toEqual({ names: ['a'], nextToken: 'next' });
    expect(await registry.listRepositories('next')).toStrictEqual({ names: [] });
    expect(aws.received).toEqual([
      { operation: 'DescribeRepositories', input: { maxResults: 1_000 } },
      { operation: 'DescribeRepositories', input: { maxResults: 1_000, nextToken: 'next' } },
    ]);
  });
});
