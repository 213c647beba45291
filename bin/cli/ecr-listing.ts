import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  type ImageDetail,
  paginateDescribeImages,
  paginateDescribeRepositories,
  type Repository,
} from '@aws-sdk/client-ecr';

/** Whose registry is listed, such as an `Account`. */
interface Lister {
  readonly client: ECRClient;
}

/** The most that ECR puts on a page. */
const PAGE_SIZE = 1_000;
/** The most names in a call. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html */
const MAX_NAMES = 100;

/** Every repository, in ECR's order. */
export async function* listRepositories({ client }: Lister): AsyncGenerator<Repository> {
  for await (const { repositories } of paginateDescribeRepositories({ client, pageSize: PAGE_SIZE }, {}))
    yield* repositories ?? [];
}

/** @throws RepositoryNotFoundException if one of them does not exist */
export async function* describeRepositories({ client }: Lister, names: readonly string[]): AsyncGenerator<Repository> {
  for (let at = 0; at < names.length; at += MAX_NAMES) {
    const command = new DescribeRepositoriesCommand({ repositoryNames: names.slice(at, at + MAX_NAMES) });
    yield* (await client.send(command)).repositories ?? [];
  }
}

/**
 * Every image that has a tag.
 * @param imageStatus `ANY` for archived images too, which can't be pulled:
 *   https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
 */
export async function* listTaggedImages(
  { client }: Lister,
  repositoryName: string,
  imageStatus: 'ACTIVE' | 'ANY' = 'ACTIVE',
): AsyncGenerator<ImageDetail> {
  const filter = { tagStatus: 'TAGGED', imageStatus } as const;
  for await (const { imageDetails } of paginateDescribeImages(
    { client, pageSize: PAGE_SIZE },
    { repositoryName, filter },
  ))
    yield* imageDetails ?? [];
}

/** The tags of one image. */
export async function tagsOf({ client }: Lister, repositoryName: string, digest: string): Promise<readonly string[]> {
  const command = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageDigest: digest }] });
  return (await client.send(command)).imageDetails?.[0]?.imageTags ?? [];
}
