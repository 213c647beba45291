import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  PutImageCommand,
  SetRepositoryPolicyCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { ACCEPTED_MEDIA_TYPES } from '../../../../lambda/core/manifest/media-types';
import { until } from '../run-context';
import { NotAsked } from './not-asked';
import { asked, notAsked, type Question } from './question';

/** A policy may take a moment. */
const POLICY_SECONDS = 15;

const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: ['ecr:PutImage', 'ecr:BatchGetImage'] }],
});

export const refusalQuestions: readonly Question[] = [
  {
    number: 7,
    text: 'What does `BatchGetImage` say of an archived image?',
    calls: ['ecr:UpdateImageStorageClass', 'ecr:BatchGetImage'],
    how: asked(
      {
        ImageInaccessible: 'as assumed: the repair ends as archived',
        ImageNotFound: 'as if it were gone: the repair ends as source-gone',
        other: 'an answer that nobody expected',
      },
      async ({ context: { aws }, images: { quiet } }) => {
        const image = { repositoryName: quiet.repository, imageId: { imageTag: quiet.tag } };
        const archive = new UpdateImageStorageClassCommand({ ...image, targetStorageClass: 'ARCHIVE' });
        const archived = await aws.ask('ecr:UpdateImageStorageClass', `of ${quiet.tag} to ARCHIVE`, () =>
          aws.ecr.send(archive),
        );
        if (archived.kind === 'refused') throw new NotAsked(`the image can't be archived: ${archived.error}`);
        const imageIds = [{ imageTag: quiet.tag }];
        const read = { repositoryName: quiet.repository, imageIds, acceptedMediaTypes: [...ACCEPTED_MEDIA_TYPES] };
        const answer = await aws.ask(
          'ecr:BatchGetImage',
          `of the archived ${quiet.tag}`,
          () => aws.ecr.send(new BatchGetImageCommand(read)),
          ({ failures = [] }) =>
            failures.map((one) => `${one.failureCode}: ${one.failureReason}`).join() || 'the image',
        );
        const code = answer.kind === 'answered' ? answer.output.failures?.[0]?.failureCode : answer.error;
        return code === 'ImageInaccessible' || code === 'ImageNotFound' ? code : 'other';
      },
    ),
  },
  {
    number: 8,
    text: 'Which errors do a repository policy, a service control policy and a disabled KMS key give?',
    calls: ['ecr:PutImage', 'ecr:BatchGetImage', 'kms:DisableKey'],
    how: asked(
      {
        AccessDeniedException:
          'as assumed, for a repository policy. The other two are not asked: a service control policy belongs to the organization, and a KMS key that is made for a test stays for a week',
        other: 'a repository policy gives another error, which the service tries again',
        none: 'the repository policy has no effect',
      },
      async ({ context, images, repositories }) => {
        const { aws, names } = context;
        const { denied: repositoryName } = names.repositories;
        await repositories.create(context, repositoryName);
        const policy = new SetRepositoryPolicyCommand({ repositoryName, policyText: DENY });
        await aws.call('ecr:SetRepositoryPolicy', () => aws.ecr.send(policy));
        const get = new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] });
        const deadline = context.clock.now() + POLICY_SECONDS * 1_000;
        const read = await until(context, 'an answer', 2 * POLICY_SECONDS, async () => {
          const answer = await aws.ask('ecr:BatchGetImage', 'against a repository policy', () => aws.ecr.send(get));
          return answer.kind === 'refused' || context.clock.now() > deadline ? answer : undefined;
        });
        if (read.kind === 'answered') return 'none';
        const { text, mediaType } = images.manifest.package.top;
        const image = { imageManifest: text, imageManifestMediaType: mediaType, imageTag: 'v1' };
        const put = await aws.ask('ecr:PutImage', 'against a repository policy', () =>
          aws.ecr.send(new PutImageCommand({ repositoryName, ...image })),
        );
        const isDenied = [put, read].every((one) => one.kind === 'refused' && one.error === 'AccessDeniedException');
        return isDenied ? 'AccessDeniedException' : 'other';
      },
    ),
  },
  {
    number: 9,
    text: 'Can a manifest be put into a pull-through cache repository?',
    calls: ['ecr:CreatePullThroughCacheRule', 'ecr:PutImage'],
    how: notAsked('it takes a rule of the whole registry, which leaves a service-linked role behind'),
  },
  {
    number: 10,
    text: 'How long does a page token of `DescribeImages` or `DescribeRepositories` live, and what does an expired one answer?',
    calls: ['ecr:DescribeImages'],
    how: asked({}, async ({ context: { aws }, images: { manifest } }) => {
      const page = { repositoryName: manifest.repository, maxResults: 1, nextToken: 'bm90IGEgdG9rZW4=' };
      await aws.ask('ecr:DescribeImages', 'with a made-up token', () => aws.ecr.send(new DescribeImagesCommand(page)));
      throw new NotAsked('a run is too short to see a token expire; the evidence has what a made-up one answers');
    }),
  },
];
