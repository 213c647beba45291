import type { Account } from '../cli/account';
import { listTaggedImages } from '../cli/ecr-listing';

/** A tag as a listing of its repository has it. */
export interface ListedTag {
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly pushedAt?: Date;
  /** ECR records pulls once in 24 hours, and reads of the manifest count. */
  readonly lastPulledAt?: Date;
  /** Bytes as they are stored; of an index, those of its largest image. */
  readonly size?: number;
}

/** Every tag of a repository. */
export async function listTags(account: Account, repository: string): Promise<ReadonlyMap<string, ListedTag>> {
  const tags = new Map<string, ListedTag>();
  for await (const image of listTaggedImages(account, repository)) {
    const { imageTags = [], imageDigest: digest = '', imageManifestMediaType: mediaType = '' } = image;
    const { imagePushedAt: pushedAt, lastRecordedPullTime: lastPulledAt, imageSizeInBytes: size } = image;
    const optional = {
      ...(pushedAt ? { pushedAt } : {}),
      ...(lastPulledAt ? { lastPulledAt } : {}),
      ...(size === undefined ? {} : { size }),
    };
    for (const tag of imageTags) tags.set(tag, { tag, digest, mediaType, ...optional });
  }
  return tags;
}
