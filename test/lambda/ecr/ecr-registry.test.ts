import { ECRClient } from '@aws-sdk/client-ecr';
import { RepositoryNotFound, TransientFailure } from '../../../lambda/core/errors';
import { digestOf } from '../../../lambda/core/manifest/digest';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { bytesOf, DOCKER, dockerImage, OCI, ociImage } from '../../support/manifests';
import { errorAnswer as error, ScriptedAws } from '../../support/scripted-aws';

let aws: ScriptedAws;
let registry: EcrRegistry;

beforeEach(async () => {
  aws = await ScriptedAws.start();
  const client = new ECRClient({
    endpoint: aws.endpoint,
    region: 'eu-north-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  registry = new EcrRegistry(client, new Pacer(1_000), { account: '123456789012', region: 'eu-north-1' });
});
afterEach(() => aws.stop());

const manifest = {
  bytes: bytesOf(dockerImage()),
  digest: digestOf(bytesOf(dockerImage())),
  mediaType: DOCKER.manifest,
};
const image = (imageTag: string, name = 'app') => ({
  imageId: { imageTag, imageDigest: digestOf(bytesOf(ociImage(name))) },
  imageManifest: JSON.stringify(ociImage(name)),
  imageManifestMediaType: OCI.manifest,
});
const notFound = (imageTag: string) => ({
  imageId: { imageTag },
  failureCode: 'ImageNotFound',
  failureReason: 'Requested image not found',
});

describe('reading tags', () => {
  test('asks once for all, accepting all four media types', async () => {
    aws.answers = [{ json: { images: [image('v1')], failures: [notFound('v1-dockerv2')] } }];
    const found = await registry.readTags('team/app', ['v1', 'v1-dockerv2']);
    expect([...found]).toEqual([
      ['v1', { digest: digestOf(bytesOf(ociImage())), mediaType: OCI.manifest, bytes: bytesOf(ociImage()) }],
    ]);
    expect(aws.received).toEqual([
      {
        operation: 'BatchGetImage',
        input: {
          repositoryName: 'team/app',
          imageIds: [{ imageTag: 'v1' }, { imageTag: 'v1-dockerv2' }],
          acceptedMediaTypes: [OCI.manifest, OCI.index, DOCKER.manifest, DOCKER.list],
        },
      },
    ]);
    expect(registry.callCount).toBe(1);
  });

  test('asks again for a tag that was left out, as ECR may do when two tags name one image', async () => {
    aws.answers = [{ json: { images: [image('v1')], failures: [] } }, { json: { images: [image('v1-dockerv2')] } }];
    expect([...(await registry.readTags('team/app', ['v1', 'v1-dockerv2'])).keys()]).toEqual(['v1', 'v1-dockerv2']);
  });

  test('an answer about nothing is no answer', async () => {
    aws.answers = [{ json: {} }];
    await expect(registry.readTags('team/app', ['v1'])).rejects.toThrow(TransientFailure);
  });

  test.each(['KmsError', 'UpstreamTooManyRequests', 'ImageInaccessible'])(
    'an image that cannot be read (%s) is not an image that is gone',
    async (failureCode) => {
      aws.answers = [{ json: { failures: [{ imageId: { imageTag: 'v1' }, failureCode, failureReason: 'because' }] } }];
      await expect(registry.readTags('team/app', ['v1'])).rejects.toThrow(
        `ECR cannot read team/app v1: ${failureCode} because`,
      );
    },
  );

  test('a repository that is gone is told by name', async () => {
    aws.answers = [error('RepositoryNotFoundException')];
    await expect(registry.readTags('team/app', ['v1'])).rejects.toThrow(RepositoryNotFound);
  });
});

test.each<[string, () => Promise<unknown>]>([
  ['by digest', () => registry.readManifest('team/app', 'sha256:aa')],
  ['by digests', () => registry.readManifests('team/app', ['sha256:aa'])],
])('an answer that says nothing, or half of it, is no answer: %s', async (_, read) => {
  aws.answers = [{ json: {} }, { json: { images: [{ imageId: { imageDigest: 'sha256:aa' } }] } }];
  await expect(read()).rejects.toThrow(TransientFailure);
  await expect(read()).rejects.toThrow(TransientFailure);
});

test('reads a manifest by digest, or finds none', async () => {
  aws.answers = [{ json: { images: [image('v1')] } }, { json: { failures: [{ failureCode: 'ImageNotFound' }] } }];
  expect(await registry.readManifest('team/app', 'sha256:aa')).toMatchObject({ mediaType: OCI.manifest });
  expect(await registry.readManifest('team/app', 'sha256:bb')).toBeUndefined();
  expect(aws.received[0]?.input).toMatchObject({ imageIds: [{ imageDigest: 'sha256:aa' }] });
});

describe('putting', () => {
  test('always sends the tag, the bytes, their digest and their media type', async () => {
    aws.answers = [{ json: {} }];
    expect(await registry.putManifest('team/app', 'v1-dockerv2', manifest)).toEqual({ kind: 'done' });
    expect(aws.received).toEqual([
      {
        operation: 'PutImage',
        input: {
          repositoryName: 'team/app',
          imageTag: 'v1-dockerv2',
          imageManifest: JSON.stringify(dockerImage()),
          imageManifestMediaType: DOCKER.manifest,
          imageDigest: manifest.digest,
        },
      },
    ]);
  });

  test.each<[string, object]>([
    ['ImageAlreadyExistsException', { kind: 'done' }],
    ['ImageTagAlreadyExistsException', { kind: 'tag-immutable' }],
    ['LayersNotFoundException', { kind: 'refused', reason: 'layers-missing' }],
    ['InvalidParameterException', { kind: 'refused', reason: 'rejected-by-registry' }],
    ['LimitExceededException', { kind: 'refused', reason: 'limit-exceeded' }],
  ])('%s is an answer', async (type, put) => {
    aws.answers = [error(type)];
    expect(await registry.putManifest('team/app', 'v1-dockerv2', manifest)).toMatchObject(put);
  });

  test.each(['ThrottlingException', 'ServerException', 'KmsException', 'ImageDigestDoesNotMatchException'])(
    '%s is none: the queue tries again',
    async (type) => {
      aws.answers = [error(type)];
      await expect(registry.putManifest('team/app', 'v1-dockerv2', manifest)).rejects.toMatchObject({ name: type });
    },
  );

  test('access that the policy denies to an opted-out repository is an answer; any other denial is none', async () => {
    aws.answers = [
      error('AccessDeniedException'),
      { json: { tags: [{ Key: 'ecr-oci-remediation', Value: 'disabled' }] } },
    ];
    expect(await registry.putManifest('team/app', 'v1-dockerv2', manifest)).toEqual({ kind: 'opted-out' });
    expect(aws.received[1]).toEqual({
      operation: 'ListTagsForResource',
      input: { resourceArn: 'arn:aws:ecr:eu-north-1:123456789012:repository/team/app' },
    });
    aws.answers = [error('AccessDeniedException'), { json: { tags: [{ Key: 'team', Value: 'disabled' }] } }];
    await expect(registry.putManifest('team/denied', 'v1-dockerv2', manifest)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    aws.answers = [
      error('AccessDeniedException', 'ecr:PutImage'),
      error('AccessDeniedException', 'ecr:ListTagsForResource'),
    ];
    await expect(registry.putManifest('team/unknown', 'v1-dockerv2', manifest)).rejects.toThrow('ecr:PutImage');
  });

  test('with credentials that may put everywhere, asks for the opt-out tag first, and once', async () => {
    const careful = new EcrRegistry(registry.client, registry.pacer, registry.address, 'looked-up');
    aws.answers = [{ json: { tags: [{ Key: 'ecr-oci-remediation', Value: 'disabled' }] } }];
    expect(await careful.putManifest('team/app', 'v1-dockerv2', manifest)).toEqual({ kind: 'opted-out' });
    expect(await careful.putManifest('team/app', 'v2-dockerv2', manifest)).toEqual({ kind: 'opted-out' });
    aws.answers = [{ json: { tags: [] } }, { json: {} }];
    expect(await careful.putManifest('team/other', 'v1-dockerv2', manifest)).toEqual({ kind: 'done' });
    aws.answers = [error('AccessDeniedException')];
    await expect(careful.putManifest('team/third', 'v1-dockerv2', manifest)).rejects.toThrow();
    expect(aws.operations).toEqual(['ListTagsForResource', 'ListTagsForResource', 'PutImage', 'ListTagsForResource']);
  });

  test('a repository that is gone is told by name', async () => {
    aws.answers = [error('RepositoryNotFoundException')];
    await expect(registry.putManifest('team/app', 'v1-dockerv2', manifest)).rejects.toThrow(RepositoryNotFound);
  });
});

describe('deleting tags', () => {
  test('names each', async () => {
    aws.answers = [{ json: { imageIds: [], failures: [] } }];
    await registry.deleteTags('team/app', ['v1-dockerv2']);
    expect(aws.received).toEqual([
      { operation: 'BatchDeleteImage', input: { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1-dockerv2' }] } },
    ]);
  });

  test('leaves those of an opted-out repository; any other denial is an error', async () => {
    aws.answers = [
      error('AccessDeniedException'),
      { json: { tags: [{ Key: 'ecr-oci-remediation', Value: 'disabled' }] } },
    ];
    await expect(registry.deleteTags('team/app', ['v1-dockerv2'])).resolves.toBeUndefined();
    aws.answers = [error('AccessDeniedException'), { json: { tags: [] } }];
    await expect(registry.deleteTags('team/denied', ['v1-dockerv2'])).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('reading a blob', () => {
  const download = () => ({ json: { downloadUrl: `${aws.endpoint}/blob`, layerDigest: 'sha256:aa' } });

  test('follows the download URL', async () => {
    aws.answers = [download(), { body: 'content' }];
    expect(new TextDecoder().decode(await registry.readBlob('team/app', 'sha256:aa', 100))).toBe('content');
    expect(aws.operations).toEqual(['GetDownloadUrlForLayer', 'GET /blob']);
  });

  test('does not read more than it was allowed', async () => {
    aws.answers = [download(), { body: 'x'.repeat(101) }];
    await expect(registry.readBlob('team/app', 'sha256:aa', 100)).rejects.toThrow('more than 100 bytes');
  });

  test('a download that fails is tried again by the queue', async () => {
    aws.answers = [download(), { status: 503 }];
    await expect(registry.readBlob('team/app', 'sha256:aa', 100)).rejects.toThrow('answered 503');
    aws.answers = [{ json: {} }];
    await expect(registry.readBlob('team/app', 'sha256:aa', 100)).rejects.toThrow('no download URL');
  });
});
