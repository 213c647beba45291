import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  GetLifecyclePolicyPreviewCommand,
  PutImageCommand,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { ACCEPTED_MEDIA_TYPES, DOCKER_MANIFEST } from '../../../../lambda/core/manifest/media-types';
import { digestOf } from '../../../../local/images/blob';
import { pusherFor } from '../pusher';
import { until } from '../run-context';
import type { Asking } from './asking';
import { NotAsked } from './not-asked';
import { asked, notAsked, type Question } from './question';

async function detailOf({ context: { aws } }: Asking, repositoryName: string, imageTag: string) {
  const describe = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] });
  const { imageDetails = [] } = await aws.call('ecr:DescribeImages', () => aws.ecr.send(describe));
  const { lastRecordedPullTime: pulled, imagePushedAt: pushed } = imageDetails[0] ?? {};
  aws.evidence.push(
    `ecr:DescribeImages of ${imageTag}: imagePushedAt ${pushed?.toISOString()}, lastRecordedPullTime ${pulled?.toISOString() ?? 'absent'}`,
  );
  return { pulled, pushed };
}

/** The higher rule claims the companion; the lower one keeps one image. */
const TWO_RULES = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: ['*-dockerv2'],
        countType: 'imageCountMoreThan',
        countNumber: 5,
      },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});
const PREVIEW_SECONDS = 120;

export const pullAndPolicyQuestions: readonly Question[] = [
  {
    number: 3,
    text: "Does `BatchGetImage` by digest set `lastRecordedPullTime`, and does the exclusion keep the function's reads out?",
    calls: ['ecr:BatchGetImage', 'ecr:DescribeImages'],
    how: asked(
      {
        'yes, and yes': 'a read by digest is recorded, and the reads of the function are not',
        'yes, and no': 'the reads of the function are recorded, in spite of the exclusion',
      },
      async (asking) => {
        const { images, context } = asking;
        const { read, quiet } = images;
        await asking.companionOf(quiet); // Then the function has read it.
        const imageIds = [{ imageDigest: digestOf(read.package.top.text) }];
        const input = { repositoryName: read.repository, imageIds, acceptedMediaTypes: [...ACCEPTED_MEDIA_TYPES] };
        const get = new BatchGetImageCommand(input);
        await context.aws.ask('ecr:BatchGetImage', `of ${read.tag} by digest`, () => context.aws.ecr.send(get));
        const byUs = await detailOf(asking, read.repository, read.tag);
        const byFunction = await detailOf(asking, quiet.repository, quiet.tag);
        if (byFunction.pulled) return 'yes, and no';
        if (byUs.pulled) return 'yes, and yes';
        throw new NotAsked(
          `nothing is recorded yet, which takes up to a day: use --keep, and look at ${read.tag} and ${quiet.tag} then`,
        );
      },
    ),
  },
  {
    number: 4,
    text: 'Does a rule count images that a higher rule has claimed?',
    calls: ['ecr:StartLifecyclePolicyPreview', 'ecr:GetLifecyclePolicyPreview'],
    how: asked(
      { yes: 'the source expires, because its companion counts', no: 'nothing expires: the companion does not count' },
      async (asking) => {
        const { context, images, repositories } = asking;
        const { aws } = context;
        const { text, tag } = await asking.companionOf(images.manifest);
        const repositoryName = `${context.names.prefix}/lifecycle`;
        await repositories.create(context, repositoryName);
        await (await pusherFor(aws)).push(repositoryName, images.manifest.tag, images.manifest.package);
        const put = { repositoryName, imageTag: tag, imageManifest: text, imageManifestMediaType: DOCKER_MANIFEST };
        // The service may have been faster.
        await aws.ask('ecr:PutImage', `of ${tag}`, () => aws.ecr.send(new PutImageCommand(put)));
        const start = new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText: TWO_RULES });
        await aws.call('ecr:StartLifecyclePolicyPreview', () => aws.ecr.send(start));
        const get = new GetLifecyclePolicyPreviewCommand({ repositoryName });
        const expired = await until(context, 'the preview', PREVIEW_SECONDS, async () => {
          const { status, previewResults = [] } = await aws.ecr.send(get);
          return status === 'IN_PROGRESS' ? undefined : previewResults.flatMap(({ imageTags = [] }) => imageTags);
        });
        aws.evidence.push(`ecr:GetLifecyclePolicyPreview: expires ${expired.join(', ') || 'nothing'}`);
        return expired.includes(images.manifest.tag) ? 'yes' : 'no';
      },
    ),
  },
  {
    number: 5,
    text: 'Does a second tag on an image that exists leave `imagePushedAt` as it was?',
    calls: ['ecr:BatchGetImage', 'ecr:PutImage', 'ecr:DescribeImages'],
    how: asked(
      { yes: 'the image is as old as before', no: 'a new tag makes the image the newest of its repository' },
      async (asking) => {
        const { aws } = asking.context;
        const { repository, tag, text } = await asking.companionOf(asking.images.manifest);
        const before = await detailOf(asking, repository, tag);
        const second = { repositoryName: repository, imageTag: 'v2-dockerv2', imageManifest: text };
        await aws.ask('ecr:PutImage', `of ${tag} as v2-dockerv2`, () => aws.ecr.send(new PutImageCommand(second)));
        const after = await detailOf(asking, repository, 'v2-dockerv2');
        if (!before.pushed || !after.pushed) throw new NotAsked('DescribeImages gave no imagePushedAt');
        return before.pushed.getTime() === after.pushed.getTime() ? 'yes' : 'no';
      },
    ),
  },
  {
    number: 6,
    text: 'Which event does a lifecycle expiry send?',
    calls: ['ecr:PutLifecyclePolicy'],
    how: notAsked('ECR expires images within a day, and a run takes minutes'),
  },
];
