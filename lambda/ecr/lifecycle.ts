import { DescribeImagesCommand, GetLifecyclePolicyCommand, type ImageDetail } from '@aws-sdk/client-ecr';
import { RegistryRefusal } from '../core/errors';
import type { RepositoryImage } from '../core/lifecycle/planned-companions';
import { type LifecyclePolicy, NotUnderstood, readPolicy } from '../core/lifecycle/policy';
import type { EcrCalls } from './ecr-calls';
import { nameOf } from './ecr-errors';
import { listedManifest, MAX_RESULTS } from './listings';
import { Recent } from './recent';

/** More pages than an audit page can afford. */
const MAX_PAGES = 10;

/** All images, tagged or not, archived or not. @returns nothing if there are more than 10,000 */
export async function listImages(
  calls: EcrCalls,
  repositoryName: string,
): Promise<readonly RepositoryImage[] | undefined> {
  const images: RepositoryImage[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const filter = { tagStatus: 'ANY' as const, imageStatus: 'ANY' as const };
    const command = new DescribeImagesCommand({ repositoryName, nextToken, maxResults: MAX_RESULTS, filter });
    const page = await calls.call('DescribeImages', repositoryName, (options) => calls.client.send(command, options));
    images.push(...(page.imageDetails ?? []).map(repositoryImage));
    nextToken = page.nextToken;
    if (!nextToken) return images;
  }
  return undefined;
}

const repositoryImage = (image: ImageDetail): RepositoryImage => ({
  ...listedManifest(image),
  storageClass: image.imageStatus === 'ARCHIVED' ? 'archive' : 'standard',
  ...timeOf('lastPulledAt', image.lastRecordedPullTime),
  ...timeOf('archivedAt', image.lastArchivedAt),
  ...timeOf('activatedAt', image.lastActivatedAt),
});

const timeOf = (name: 'lastPulledAt' | 'archivedAt' | 'activatedAt', time: Date | undefined) =>
  time ? { [name]: time.getTime() } : {};

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicy.html */
export async function readLifecyclePolicy(
  calls: EcrCalls,
  repositoryName: string,
): Promise<LifecyclePolicy | NotUnderstood> {
  try {
    const { lifecyclePolicyText = '' } = await calls.call('GetLifecyclePolicy', repositoryName, (options) =>
      calls.client.send(new GetLifecyclePolicyCommand({ repositoryName }), options),
    );
    return readPolicy(lifecyclePolicyText);
  } catch (error) {
    if (nameOf(error) === 'LifecyclePolicyNotFoundException') return [];
    if (error instanceof RegistryRefusal) return new NotUnderstood(error.detail);
    throw error;
  }
}

const HOUR_MS = 3_600_000;

/** The policies that were read within the hour. */
export class RecentPolicies extends Recent<LifecyclePolicy | NotUnderstood> {
  constructor() {
    super(HOUR_MS);
  }
}
