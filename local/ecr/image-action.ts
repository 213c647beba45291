import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from '../aws/event';
import type { StoredManifest } from './stored-manifest';

export type ImageAction =
  | { readonly type: 'PUSH'; readonly repository: string; readonly tag: string; readonly manifest: StoredManifest }
  | { readonly type: 'DELETE'; readonly repository: string; readonly tag: string; readonly digest: string };

/**
 * A push has media types (an index no artifact media type) and, without a tag, an empty `image-tag`, as in real events:
 * https://github.com/awslabs/cfn-ecr-aws-soci-index-builder/pull/137 . AWS's sample of DELETE has no media types:
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 */
function detailOf(action: ImageAction): Readonly<Record<string, string>> {
  const common = { result: 'SUCCESS', 'repository-name': action.repository };
  if (action.type === 'DELETE') {
    return { ...common, 'image-digest': action.digest, 'action-type': 'DELETE', 'image-tag': action.tag };
  }
  const { digest, mediaType, artifactMediaType } = action.manifest;
  return {
    ...common,
    'image-digest': digest,
    'action-type': 'PUSH',
    ...(artifactMediaType === undefined ? {} : { 'artifact-media-type': artifactMediaType }),
    'image-tag': action.tag,
    'manifest-media-type': mediaType,
  };
}

/** The `ECR Image Action` event of one successful push or delete. */
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
    detail: detailOf(action),
  };
}
