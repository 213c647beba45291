import { ECRClient } from '@aws-sdk/client-ecr';
import { RepositoryNotFound } from '../../../lambda/core/errors';
import { SKIP_REASONS } from '../../../lambda/core/reasons';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { ADDRESS } from '../../support/fake-service';
import { bytesOf, DOCKER, digestOfText, dockerImage } from '../../support/manifests';
import { errorAnswer as error, ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
const pacer = new Pacer(1_000);
let registry: EcrRegistry;
/** For credentials that may put everywhere. */
let careful: EcrRegistry;
beforeEach(() => {
  const options = { client: new ECRClient(aws.clientOptions), pacer, address: ADDRESS };
  registry = new EcrRegistry(options);
  careful = new EcrRegistry({ ...options, caller: 'person' });
});

const text = JSON.stringify(dockerImage());
const manifest = { bytes: bytesOf(text), digest: digestOfText(text), mediaType: DOCKER.manifest };
const put = (by = registry, repository = 'team/app') => by.putManifest(repository, 'v1-dockerv2', manifest);

const optedOut = {
  json: {
    tags: [
      { Key: 'team', Value: 'a' },
      { Key: 'ecr-oci-remediation', Value: 'disabled' },
    ],
  },
};
const ASKED = {
  operation: 'ListTagsForResource',
  input: { resourceArn: 'arn:aws:ecr:eu-north-1:123456789012:repository/team/app' },
};

describe('putting', () => {
  test('sends the tag, the bytes, their digest and their media type, at its turn', async () => {
    const turn = jest.spyOn(pacer, 'turn');
    aws.answers = [{}];
    expect(await put()).toEqual({ kind: 'done' });
    const input = {
      repositoryName: 'team/app',
      imageTag: 'v1-dockerv2',
      imageManifest: text,
      imageManifestMediaType: DOCKER.manifest,
      imageDigest: manifest.digest,
    };
    expect(aws.received).toEqual([{ operation: 'PutImage', input }]);
    expect(turn).toHaveBeenCalledTimes(1);
    turn.mockRestore();
  });

  test('takes a turn for each attempt, also those of the SDK', async () => {
    // The SDK waits for a random part of a time that doubles with each attempt.
    const impatient = jest.spyOn(Math, 'random').mockReturnValue(0);
    const turn = jest.spyOn(pacer, 'turn');
    const client = new ECRClient({ ...aws.clientOptions, maxAttempts: 2 });
    aws.answers = [{ status: 500 }, {}];
    expect(await put(new EcrRegistry({ client, pacer, address: ADDRESS }))).toEqual({ kind: 'done' });
    expect(turn).toHaveBeenCalledTimes(2);
    turn.mockRestore();
    impatient.mockRestore();
  });

  test.each([
    ['LayersNotFoundException', 'layers-missing'],
    ['InvalidParameterException', 'rejected-by-registry'],
    ['ReferencedImagesNotFoundException', 'rejected-by-registry'],
    ['LimitExceededException', 'limit-exceeded'],
    ['KmsException', 'kms-key'],
  ])('%s is an answer: refused as %s', async (type, reason) => {
    aws.answers = [error(type)];
    const detail = `PutImage of team/app:v1-dockerv2 answered ${type}: because`;
    expect(await put()).toEqual({ kind: 'refused', reason, detail });
    expect(aws.operations).toEqual(['PutImage']);
  });

  test.each([
    ['ImageAlreadyExistsException', 'done'],
    ['ImageTagAlreadyExistsException', 'tag-immutable'],
  ])('%s is an answer: %s', async (type, kind) => {
    aws.answers = [error(type)];
    expect(await put()).toEqual({ kind });
  });

  test.each(['ThrottlingException', 'ServerException', 'ImageDigestDoesNotMatchException'])(
    '%s is not: the queue tries again',
    async (type) => {
      aws.answers = [error(type)];
      await expect(put()).rejects.toMatchObject({ name: type });
      expect(aws.operations).toEqual(['PutImage']);
    },
  );

  test('of what is archived is a refusal of the image', async () => {
    aws.answers = [error('ImageArchivedException')];
    const detail = 'PutImage of team/app: ImageArchivedException: because';
    await expect(put()).rejects.toMatchObject({ name: 'RegistryRefusal', reason: 'archived', detail });
  });

  test('is an error to a person whose key ECR may not use', async () => {
    aws.answers = [{ json: { tags: [] } }, error('KmsException')];
    await expect(put(careful)).rejects.toMatchObject({ name: 'KmsException' });
  });

  test('names the repository that is gone', async () => {
    aws.answers = [error('RepositoryNotFoundException')];
    await expect(put()).rejects.toThrow(new RepositoryNotFound('team/app'));
  });
});

describe('a repository that opted out', () => {
  test('is left alone too if it denies reading; any other denial is an outcome', async () => {
    aws.answers = [error('AccessDeniedException'), optedOut];
    await expect(registry.readTags('team/app', ['v1'])).rejects.toMatchObject({
      reason: 'opted-out',
      detail: SKIP_REASONS['opted-out'],
    });
    aws.answers = [error('AccessDeniedException'), error('AccessDeniedException')];
    await expect(registry.readTags('team/denied', ['v1'])).rejects.toMatchObject({ reason: 'access-denied' });
  });

  test('is one with the resource tag; ECR is asked once', async () => {
    aws.answers = [optedOut];
    expect([await registry.isOptedOut('team/app'), await registry.isOptedOut('team/app')]).toEqual([true, true]);
    expect(aws.received).toEqual([ASKED]);
  });

  test.each([
    [
      'other tags',
      {
        tags: [
          { Key: 'team', Value: 'disabled' },
          { Key: 'ecr-oci-remediation', Value: 'enabled' },
        ],
      },
    ],
    ['no tags', {}],
  ])('is not one with %s; ECR is asked once', async (_, json) => {
    aws.answers = [{ json }];
    expect([await registry.isOptedOut('team/app'), await registry.isOptedOut('team/app')]).toEqual([false, false]);
    expect(aws.received).toEqual([ASKED]);
  });

  test('is known by what the policy denies; any other denial is a refusal', async () => {
    aws.answers = [error('AccessDeniedException'), optedOut];
    expect(await put()).toEqual({ kind: 'opted-out' });
    const denied = { kind: 'refused', reason: 'access-denied' };
    aws.answers = [error('AccessDeniedException'), { json: { tags: [] } }];
    expect(await put(registry, 'team/denied')).toMatchObject(denied);
    aws.answers = [error('AccessDeniedException', 'PutImage'), error('AccessDeniedException', 'ListTags')];
    const detail = 'PutImage of team/unknown:v1-dockerv2 answered AccessDeniedException: PutImage';
    expect(await put(registry, 'team/unknown')).toEqual({ ...denied, detail });
  });

  test('is looked up before a put with credentials that may put everywhere', async () => {
    aws.answers = [optedOut];
    expect([await put(careful), await put(careful)]).toEqual([{ kind: 'opted-out' }, { kind: 'opted-out' }]);
    aws.answers = [{ json: { tags: [] } }, {}];
    expect(await put(careful, 'team/other')).toEqual({ kind: 'done' });
    aws.answers = [error('AccessDeniedException')];
    await expect(put(careful, 'team/third')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(aws.operations).toEqual(['ListTagsForResource', 'ListTagsForResource', 'PutImage', 'ListTagsForResource']);
  });
});
