import {
  DescribeImagesCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoriesCommand,
  type ImageDetail,
} from '@aws-sdk/client-ecr';
import type { ListPage } from '../core/audit/inventory';
import type { TagFacts } from '../core/companion/deletion';
import type { EcrCalls } from './ecr-calls';
import { nameOf } from './ecr-errors';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html */
export const MAX_RESULTS = 1_000;

/** Tagged images that can be pulled. Archived images are left out by default: https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html */
export async function listManifests(calls: EcrCalls, repositoryName: string, nextToken?: string): Promise<ListPage> {
  const request = { repositoryName, nextToken, maxResults: MAX_RESULTS, filter: { tagStatus: 'TAGGED' as const } };
  const page = await calls.call('DescribeImages', repositoryName, (options) =>
    calls.client.send(new DescribeImagesCommand(request), options),
  );
  const manifests = (page.imageDetails ?? []).map(listedManifest);
  return { manifests, ...(page.nextToken ? { nextToken: page.nextToken } : {}) };
}

export const listedManifest = ({
  imageDigest: digest = '',
  imageManifestMediaType: mediaType = '',
  imageTags: tags = [],
  imagePushedAt,
}: ImageDetail) => ({ digest, mediaType, tags, pushedAt: imagePushedAt?.getTime() ?? 0 });

/** What a listing says of a tag, whether or not its image is archived; nothing if the tag does not exist. */
export async function factsOf(
  calls: EcrCalls,
  repositoryName: string,
  imageTag: string,
): Promise<TagFacts | undefined> {
  const request = { repositoryName, imageIds: [{ imageTag }], filter: { imageStatus: 'ANY' as const } };
  try {
    const { imageDetails = [] } = await calls.call('DescribeImages', repositoryName, (options) =>
      calls.client.send(new DescribeImagesCommand(request), options),
    );
    const [image] = imageDetails;
    if (!image) return undefined;
    return { isArchived: image.imageStatus === 'ARCHIVED', lastPulledAt: image.lastRecordedPullTime?.getTime() };
  } catch (error) {
    if (nameOf(error) === 'ImageNotFoundException') return undefined;
    throw error;
  }
}

export interface RepositoryPage {
  readonly names: readonly string[];
  readonly nextToken?: string;
}

/** The names of up to 1,000 repositories. */
export async function listRepositories(calls: EcrCalls, nextToken?: string): Promise<RepositoryPage> {
  const command = new DescribeRepositoriesCommand({ nextToken, maxResults: MAX_RESULTS });
  const page = await calls.call('DescribeRepositories', 'the registry', (options) =>
    calls.client.send(command, options),
  );
  const names = (page.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
  return { names, ...(page.nextToken ? { nextToken: page.nextToken } : {}) };
}

/** The prefixes of the repositories that are pull-through caches, such as `docker-hub`. */
export async function listCachePrefixes(calls: EcrCalls): Promise<readonly string[]> {
  const prefixes: string[] = [];
  let nextToken: string | undefined;
  do {
    const command = new DescribePullThroughCacheRulesCommand({ nextToken, maxResults: MAX_RESULTS });
    const page = await calls.call('DescribePullThroughCacheRules', 'the registry', (options) =>
      calls.client.send(command, options),
    );
    for (const { ecrRepositoryPrefix } of page.pullThroughCacheRules ?? [])
      if (ecrRepositoryPrefix) prefixes.push(ecrRepositoryPrefix);
    nextToken = page.nextToken;
  } while (nextToken);
  return prefixes;
}
