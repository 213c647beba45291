import { ECRClient } from '@aws-sdk/client-ecr';
import type { FoundCompanion } from '../../../../bin/commands/remove-companions/find-companions';
import { type RemovedBatch, removeTags } from '../../../../bin/commands/remove-companions/remove-tags';
import { EcrRegistry } from '../../../../lambda/ecr/ecr-registry';
import { Pacer } from '../../../../lambda/ecr/pacer';
import { ADDRESS } from '../../../support/fake-service';
import { DOCKER } from '../../../support/manifests';
import { ScriptedAws } from '../../../support/scripted-aws';

const aws = ScriptedAws.forTests();

const companion = (tag: string): FoundCompanion => ({
  repository: 'team/app',
  tag: `${tag}-dockerv2`,
  sourceTag: tag,
  digest: `sha256:${tag}`,
  mediaType: DOCKER.manifest,
  hasSource: true,
  verdict: { kind: 'removable' },
});
const images = (...tags: string[]) => ({
  json: {
    images: tags.flatMap((tag) =>
      [tag, `${tag}-dockerv2`].map((imageTag) => ({
        imageId: { imageTag, imageDigest: `sha256:${tag}` },
        imageManifest: '{}',
        imageManifestMediaType: DOCKER.manifest,
      })),
    ),
  },
});

async function remove(...tags: string[]): Promise<readonly RemovedBatch[]> {
  const client = new ECRClient(aws.clientOptions);
  const registry = new EcrRegistry({ client, pacer: new Pacer(100), address: ADDRESS, caller: 'person' });
  const { signal } = new AbortController();
  const batches: RemovedBatch[] = [];
  for await (const batch of removeTags({ client, registry }, tags.map(companion), { rate: 100, signal }))
    batches.push(batch);
  return batches;
}

test('names tags and no digest, which would delete the image with all its tags', async () => {
  aws.answers = [images('v1'), { json: { imageIds: [{ imageTag: 'v1-dockerv2', imageDigest: 'sha256:v1' }] } }];
  expect(await remove('v1')).toMatchObject([{ removals: [{ outcome: 'removed' }] }]);
  expect(aws.received.at(-1)).toEqual({
    operation: 'BatchDeleteImage',
    input: { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1-dockerv2' }] },
  });
});

test('tells failures apart, and a tag that ECR says nothing about is one', async () => {
  const failure = (tag: string, failureCode: string) => ({
    imageId: { imageTag: `${tag}-dockerv2` },
    failureCode,
    failureReason: 'because',
  });
  const failures = [
    failure('v1', 'ImageNotFound'),
    failure('v2', 'ImageReferencedByManifestList'),
    failure('v3', 'KmsError'),
  ];
  aws.answers = [images('v1', 'v2', 'v3', 'v4'), { json: { imageIds: [], failures } }];
  const [batch] = await remove('v1', 'v2', 'v3', 'v4');
  expect(batch?.removals).toEqual([
    { outcome: 'gone' },
    { outcome: 'kept', reason: 'referenced', detail: 'because' },
    { outcome: 'failed', detail: 'KmsError: because' },
    { outcome: 'failed', detail: 'ECR said nothing about it' },
  ]);
});
