import type * as events from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as signer from 'aws-cdk-lib/aws-signer';
import type { AuditOptions } from './audit-options';
import type { CompanionTag } from './companion-tag';
import type { CompanionFor, UncompressedLayers } from './conversion-options';
import type { FunctionOptions } from './function-options';
import type { ImagePlatform } from './image-platform';
import type { MonitoringOptions } from './monitoring-options';
import type { RecompressionOptions } from './recompression-options';
import type { RepositoryFilter } from './repository-filter';
import type { RepositorySetting } from './repository-setting';

/**
 * Properties of `OciImageRemediation`.
 */
export interface OciImageRemediationProps
  extends FunctionOptions,
    AuditOptions,
    RecompressionOptions,
    MonitoringOptions {
  /**
   * The repositories whose pushes are remediated.
   *
   * The rules match them, audits cover them, and the role may read and write only their images. It is an error if one filter
   * covers another.
   *
   * @default - every repository of the account and Region
   */
  readonly repositories?: RepositoryFilter[];

  /**
   * Repositories that are left alone, although `repositories` chooses them.
   *
   * The role's policy denies writes to them. It is an error if one filter covers another, or one of `repositories`.
   *
   * @default - no repository is excluded
   */
  readonly excludedRepositories?: RepositoryFilter[];

  /**
   * How the companion tag is made from the tag that was pushed.
   *
   * @default CompanionTag.suffix('-dockerv2')
   */
  readonly companionTag?: CompanionTag;

  /**
   * The platforms to select from a multi-platform image.
   *
   * The first gets the plain companion tag (`v1-dockerv2`), each further one a tag with its architecture
   * (`v1-dockerv2-arm64`). An image for a single platform is used whatever its platform is.
   *
   * @default [ImagePlatform.LINUX_AMD64]
   */
  readonly platforms?: ImagePlatform[];

  /**
   * Which images get a companion tag.
   *
   * @default CompanionFor.OCI_IMAGES
   */
  readonly companionFor?: CompanionFor;

  /**
   * What to do with an image that has an uncompressed layer.
   *
   * @default UncompressedLayers.REFUSE
   */
  readonly uncompressedLayers?: UncompressedLayers;

  /**
   * What each repository can choose for itself by resource tags, such as `ecr-oci-remediation:platforms`.
   *
   * Anyone who may tag a repository can choose. The construct's own choice is the default of a repository without the tag. A tag whose
   * value isn't valid, or that isn't in this list, is an outcome: what it would decide is refused with the reason
   * `bad-repository-setting`.
   *
   * The function then reads the resource tags of a repository at most every five minutes in each execution environment.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
   * @default - nothing; no resource tags are read
   */
  readonly repositorySettings?: RepositorySetting[];

  /**
   * Tags that get no companion, such as `['pr-*', 'cache']`. Each `*` matches any characters.
   *
   * A whole repository opts out with the resource tag `ecr-oci-remediation: disabled`, which the role's policy enforces.
   *
   * @default - no tag is excluded
   */
  readonly excludedTags?: string[];

  /**
   * Whether to delete a companion when its source tag is deleted.
   *
   * This applies to every tag that looks like a companion, including one that an audit finds without its source tag. The rule
   * also matches deletions, and the role gets `ecr:BatchDeleteImage` on the chosen repositories; otherwise the function cannot
   * delete anything.
   *
   * Amazon ECR deletes an image that loses its last tag. That includes an image that was pushed as the child of an index and
   * has only the companion tag.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
   * @default false
   */
  readonly deleteOrphanedCompanions?: boolean;

  /**
   * Whether images that Amazon ECR replicates to this account and Region get a companion here.
   *
   * If this service runs where the images come from, replication brings the companions along. Set this if it doesn't.
   * Replicated images share the queue of audits, so that their number doesn't delay a push.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
   * @default false
   */
  readonly includeReplicatedImages?: boolean;

  /**
   * How many batches of pushes are processed at the same time, from 2 to 1000.
   *
   * Multiplied by `putImagesPerSecond`, this is the part of the account's `PutImage` quota that pushes use, in addition to what
   * audits use.
   *
   * @default 2
   */
  readonly maxConcurrency?: number;

  /**
   * The most `PutImage` calls per second that each of these batches makes. The calls for ten images, each with a companion for
   * every platform, must end within 40 seconds.
   *
   * By default, an account can make 10 `PutImage` calls per second in a Region, and every `docker push` counts.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
   * @default 2
   */
  readonly putImagesPerSecond?: number;

  /**
   * The signing profiles with which Amazon ECR managed signing signs images in the chosen repositories.
   *
   * It signs as the role that puts an image, so the function's role needs `signer:SignPayload` on the profiles, and permission to
   * upload the signatures. Without them companions are put, but not signed. No other option permits uploads.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
   * @default - companions are not signed
   */
  readonly signingProfiles?: signer.ISigningProfile[];

  /**
   * Whether Amazon ECR leaves the time of an image's last pull as it is when the function reads the image.
   *
   * `BatchGetImage` counts as a pull, so without this the function would keep every image from the lifecycle rules that expire
   * or archive what isn't pulled. An account can have 100 such exclusions, and one for each role. So set this to false if the
   * quota is used up, if `role` is excluded already, or if the Region doesn't know `AWS::ECR::PullTimeUpdateExclusion`.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
   * @see https://github.com/aws/containers-roadmap/issues/2390
   * @default true
   */
  readonly excludeFromPullTimes?: boolean;

  /**
   * The bus that receives an `Image Remediation` event for each outcome and a `Repository Audit Finished` event for each
   * audited repository.
   *
   * Pushes and requests always come from the default bus, because Amazon ECR and schedules use no other. The bus may belong to
   * another account, but must be in the same Region.
   *
   * @default - the default bus of the account and Region
   */
  readonly eventBus?: events.IEventBus;

  /**
   * The KMS key that encrypts the queues, and the log if `logGroup` is not set.
   *
   * The construct adds statements to its policy that let EventBridge and CloudWatch Logs use the key. The policy of an
   * imported key must already have them.
   *
   * @default - keys that Amazon SQS and CloudWatch Logs manage
   */
  readonly encryptionKey?: kms.IKey;
}
