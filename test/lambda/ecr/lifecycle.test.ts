import { ECRClient } from '@aws-sdk/client-ecr';
import { NotUnderstood } from '../../../lambda/core/lifecycle/policy';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../lambda/ecr/pacer';
import { ADDRESS } from '../../support/fake-service';
import { keepNewest, NOW, policyOf, rule } from '../../support/lifecycle-images';
import { DOCKER, OCI } from '../../support/manifests';
import { errorAnswer, ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
let registry: EcrRegistry;
beforeEach(() => {
  registry = new EcrRegistry({ client: new ECRClient(aws.clientOptions), pacer: new Pacer(1_000), address: ADDRESS });
});

describe('a lifecycle policy', () => {
  const TEXT = JSON.stringify({ rules: [rule(1, keepNewest(10, 'any'))] });
  const POLICY = policyOf(keepNewest(10, 'any'));

  test('is read', async () => {
    aws.answers = [{ json: { repositoryName: 'team/app', lifecyclePolicyText: TEXT } }];
    expect(await registry.readLifecyclePolicy('team/app')).toEqual(POLICY);
    expect(aws.received).toEqual([{ operation: 'GetLifecyclePolicy', input: { repositoryName: 'team/app' } }]);
  });

  test('a repository without one has no rules', async () => {
    aws.answers = [errorAnswer('LifecyclePolicyNotFoundException')];
    expect(await registry.readLifecyclePolicy('team/app')).toEqual([]);
  });

  test('one that may not be read is not understood', async () => {
    aws.answers = [errorAnswer('AccessDeniedException', 'not allowed')];
    const policy = await registry.readLifecyclePolicy('team/app');
    expect(policy).toBeInstanceOf(NotUnderstood);
    expect(policy).toMatchObject({ detail: 'GetLifecyclePolicy of team/app: AccessDeniedException: not allowed' });
  });

  test('one that ECR can not tell now is an error', async () => {
    aws.answers = [errorAnswer('ServerException', 'down')];
    await expect(registry.readLifecyclePolicy('team/app')).rejects.toThrow('down');
  });

  test('is asked for once by work that does not need it fresh', async () => {
    aws.answers = [{ json: { lifecyclePolicyText: TEXT } }, errorAnswer('LifecyclePolicyNotFoundException')];
    expect(await registry.recentLifecyclePolicy('team/app')).toEqual(POLICY);
    expect(await registry.recentLifecyclePolicy('team/app')).toEqual(POLICY);
    expect(await registry.readLifecyclePolicy('team/app')).toEqual([]);
    expect(await registry.recentLifecyclePolicy('team/app')).toEqual([]);
    expect(aws.received).toHaveLength(2);
  });
});

describe('all images of a repository', () => {
  test('tagged or not, archived or not, over all pages', async () => {
    const time = NOW / 1_000;
    aws.answers = [
      {
        json: {
          imageDetails: [
            {
              imageDigest: 'sha256:a',
              imageTags: ['v1'],
              imageManifestMediaType: OCI.manifest,
              imagePushedAt: time,
              lastRecordedPullTime: time + 1,
            },
          ],
          nextToken: 'more',
        },
      },
      {
        json: {
          imageDetails: [
            {
              imageDigest: 'sha256:b',
              imageManifestMediaType: DOCKER.manifest,
              imagePushedAt: time,
              imageStatus: 'ARCHIVED',
              lastArchivedAt: time + 2,
              lastActivatedAt: time + 3,
            },
          ],
        },
      },
    ];
    expect(await registry.listImages('team/app')).toEqual([
      {
        digest: 'sha256:a',
        tags: ['v1'],
        mediaType: OCI.manifest,
        storageClass: 'standard',
        pushedAt: NOW,
        lastPulledAt: NOW + 1_000,
      },
      {
        digest: 'sha256:b',
        tags: [],
        mediaType: DOCKER.manifest,
        storageClass: 'archive',
        pushedAt: NOW,
        archivedAt: NOW + 2_000,
        activatedAt: NOW + 3_000,
      },
    ]);
    expect(aws.received.map(({ input }) => input)).toEqual([
      { repositoryName: 'team/app', maxResults: 1_000, filter: { tagStatus: 'ANY', imageStatus: 'ANY' } },
      {
        repositoryName: 'team/app',
        maxResults: 1_000,
        filter: { tagStatus: 'ANY', imageStatus: 'ANY' },
        nextToken: 'more',
      },
    ]);
  });

  test('of an empty repository are none', async () => {
    aws.answers = [{}];
    expect(await registry.listImages('team/app')).toEqual([]);
  });

  test('more than ten pages are too many', async () => {
    aws.answers = Array.from({ length: 11 }, (_, page) => ({ json: { imageDetails: [], nextToken: `${page}` } }));
    expect(await registry.listImages('team/app')).toBeUndefined();
    expect(aws.received).toHaveLength(10);
  });
});
