import { paginateDescribeImages } from '@aws-sdk/client-ecr';
import type { Account } from '../cli/account';

/** A tag as a listing of its repository has it. */
export interface ListedTag {
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly pushedAt?: Date;
  /** Bytes as they are stored, of an index those of its largest image. */
  readonly size?: number;
}

/** Every tag of a repository; archived images are left out, since nobody can pull them. */
export async function listTags({ client }: Account, repositoryName: string): Promise<ReadonlyMap<string, ListedTag>> {
  const tags = new Map<string, ListedTag>();
  const filter = { tagStatus: 'TAGGED', imageStatus: 'ACTIVE' } as const;
  for await (const { imageDetails = [] } of paginateDescribeImages(
    { client, pageSize: 1_000 },
    { repositoryName, filter },
  )) {
    for (const { imageTags = [], imageDigest = '', imageManifestMediaType = '', ...detail } of imageDetails) {
      const { imagePushedAt: pushedAt, imageSizeInBytes: size } = detail;
      for (const tag of imageTags)
        tags.set(tag, {
          tag,
          digest: imageDigest,
          mediaType: imageManifestMediaType,
          ...(pushedAt ? { pushedAt } : {}),
          ...(size === undefined ? {} : { size }),
        });
    }
  }
  return tags;
}
