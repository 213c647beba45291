import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from '../aws/event';
import type { StorageClass } from './repository';
import type { StoredManifest } from './stored-manifest';

export type ImageAction =
  | { readonly type: 'PUSH'; readonly repository: string; readonly tag: string; readonly manifest: StoredManifest }
  | { readonly type: 'DELETE'; readonly repository: string; readonly tag: string; readonly digest: string }
  | {
      readonly type: 'UPDATE_STORAGE_CLASS';
      readonly repository: string;
      readonly manifest: StoredManifest;
      readonly to: StorageClass;
    };

/**
 * A push has media types (an index no artifact media type) and, without a tag, an empty `image-tag`, as in real events:
 * https://github.com/awslabs/cfn-ecr-aws-soci-index-builder/pull/137 . AWS's sample of DELETE has no media types,
 * and those of UPDATE_STORAGE_CLASS have no tag: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 */
function detailOf(action: ImageAction, now: Date): Readonly<Record<string, string>> {
  const common = { result: 'SUCCESS', 'repository-name': action.repository, 'action-type': action.type };
  if (action.type === 'DELETE') return { ...common, 'image-digest': action.digest, 'image-tag': action.tag };
  const { digest, mediaType, artifactMediaType } = action.manifest;
  const pushed = {
    ...common,
    'image-digest': digest,
    ...(artifactMediaType === undefined ? {} : { 'artifact-media-type': artifactMediaType }),
    'manifest-media-type': mediaType,
  };
  if (action.type === 'PUSH') return { ...pushed, 'image-tag': action.tag };
  const moved = { ...pushed, 'target-storage-class': action.to };
  return action.to === 'ARCHIVE' ? moved : { ...moved, 'last-activated-at': now.toISOString() };
}

/** The `ECR Image Action` event of one successful action. */
export function imageActionEvent(action: ImageAction, account: string, region: string, now: Date): EventBridgeEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account,
    time: `${now.toISOString().slice(0, 19)}Z`,
    region,
    resources: [],
    detail: detailOf(action, now),
  };
}
