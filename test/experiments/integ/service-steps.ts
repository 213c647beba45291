import { BatchDeleteImageCommand } from '@aws-sdk/client-ecr';
import { REQUEST_BUS, REQUESTS } from '../../../lambda/core/contract';
import { putEvents } from '../../../lambda/events/put-events';
import { checkCompanion, waitForCompanion } from './companions';
import type { TestImage, TestImages } from './images';
import { companionTagOf } from './names';
import { sendPushEvent } from './push-events';
import { pusherFor } from './pusher';
import type { Repositories } from './repositories';
import type { RunContext } from './run-context';
import type { Step } from './steps';

export const PUSHES_ARE_ANSWERED = 'companions of pushes';
export const IMAGES_ARE_PUSHED = 'push';

/** What the service does, seen from outside. */
export function serviceSteps(context: RunContext, images: TestImages, repositories: Repositories): readonly Step[] {
  const { deployment } = context;
  const { deploy } = deployment;
  const deployed: readonly Step[] = deploy ? [{ name: 'deploy', needs: [], run: () => deploy(context) }] : [];
  const all = Object.values(images);
  const pushed: readonly Step[] = [
    { name: IMAGES_ARE_PUSHED, needs: [], run: () => pushAll(context, all, repositories) },
    ...(context.sendEvents
      ? [{ name: 'push events', needs: [IMAGES_ARE_PUSHED], run: () => sendEvents(context, all) }]
      : []),
  ];
  const steps: readonly Step[] = [
    ...deployed,
    ...pushed,
    {
      name: PUSHES_ARE_ANSWERED,
      needs: [...deployed, ...pushed].map(({ name }) => name),
      run: async () => {
        for (const image of [images.manifest, images.index])
          await checkCompanion(context, image, await waitForCompanion(context, image));
        await waitForCompanion(context, images.quiet);
        return 'an OCI manifest and an OCI index have companions with the same config and layers';
      },
    },
    { name: 'audit', needs: [PUSHES_ARE_ANSWERED], run: () => bringBack(context, images.manifest, {}) },
    { name: 'backfill', needs: [PUSHES_ARE_ANSWERED], run: () => bringBack(context, images.index, { backfill: true }) },
    {
      name: 'recompression',
      needs: [PUSHES_ARE_ANSWERED],
      run: async () => {
        await checkCompanion(context, images.zstd, await waitForCompanion(context, images.zstd), true);
        return 'an image with zstd layers has a companion with gzip layers';
      },
    },
  ];
  return steps.filter(({ name }) => name !== 'recompression' || deployment.recompresses);
}

async function pushAll(context: RunContext, images: readonly TestImage[], repositories: Repositories): Promise<string> {
  const pusher = await pusherFor(context.aws);
  for (const repository of new Set(images.map((image) => image.repository)))
    await repositories.create(context, repository);
  for (const image of images) {
    context.signal.throwIfAborted();
    await pusher.push(image.repository, image.tag, image.package);
  }
  return `${images.length} images by ${pusher.how}`;
}

async function sendEvents({ aws }: RunContext, images: readonly TestImage[]): Promise<string> {
  for (const image of images) await sendPushEvent(aws, image);
  return `one for each of ${images.length} images`;
}

/** Deletes a companion, asks for an audit of its repository, and waits for it. */
async function bringBack(context: RunContext, image: TestImage, flags: { readonly backfill?: true }): Promise<string> {
  const { aws, signal } = context;
  const { repository, tag } = image;
  const imageIds = [{ imageTag: companionTagOf(tag) }];
  const remove = new BatchDeleteImageCommand({ repositoryName: repository, imageIds });
  const { failures = [] } = await aws.call('ecr:BatchDeleteImage', () => aws.ecr.send(remove));
  if (failures[0]) throw new Error(`the companion can't be deleted: ${failures[0].failureCode}`);
  const request = { detailType: REQUESTS.repositoryAudit, detail: { repository, ...flags } };
  await aws.call('events:PutEvents', () => putEvents(aws.events, REQUEST_BUS, [request], signal));
  await checkCompanion(context, image, await waitForCompanion(context, image));
  return `a companion that was deleted is back after '${REQUESTS.repositoryAudit}'`;
}
