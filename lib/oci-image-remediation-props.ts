import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { AuditOptions } from './audit-options';
import type { CompanionTag } from './companion-tag';
import type { CompanionFor, UncompressedLayers } from './conversion-options';
import type { ImagePlatform } from './image-platform';
import type { MonitoringOptions } from './monitoring-options';
import type { RepositoryFilter } from './repository-filter';

/**
 * Properties of `OciImageRemediation`.
 */
export interface OciImageRemediationProps extends AuditOptions, MonitoringOptions {
  /**
   * The repositories whose pushes are remediated.
   *
   * They are what the rule matches, what is audited and what the role may touch. A filter that another one covers is an error.
   *
   * @default - every repository of the account and Region
   */
  readonly repositories?: RepositoryFilter[];

  /**
   * How a companion tag is made from the tag that was pushed.
   *
   * @default CompanionTag.suffix('-dockerv2')
   */
  readonly companionTag?: CompanionTag;

  /**
   * The platforms that are taken from a multi-platform image.
   *
   * The first gets the plain companion tag (`v1-dockerv2`), each further one a tag with its architecture
   * (`v1-dockerv2-arm64`). An image for a single platform is taken whatever its platform is.
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
   * What happens to an image with an uncompressed layer.
   *
   * @default UncompressedLayers.REFUSE
   */
  readonly uncompressedLayers?: UncompressedLayers;

  /**
   * Tags that get no companion, such as `['pr-*', 'cache']`. Each `*` stands for any characters.
   *
   * A whole repository opts out by the resource tag `ecr-oci-remediation: disabled`, which the policy of the role holds too.
   *
   * @default - no tag is excluded
   */
  readonly excludedTags?: string[];

  /**
   * Whether a companion is deleted when its source tag is.
   *
   * Every tag of a companion's form counts, also one that an audit finds without its source tag.
   * Only then may the function delete anything: it gets `ecr:BatchDeleteImage` on the chosen repositories, and the rule lets
   * deletions through. An image that loses its last tag so is deleted by Amazon ECR, also one that was pushed as the child of
   * an index and has no tag but the companion's.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
   * @default false
   */
  readonly deleteOrphanedCompanions?: boolean;

  /**
   * Whether images that Amazon ECR replicates to this account and Region get a companion here.
   *
   * Replication brings the companion along when the source has this service. Turn it on where the source has none.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
   * @default false
   */
  readonly includeReplicatedImages?: boolean;

  /**
   * How many batches of pushes are worked on at the same time, from 2 to 1000.
   *
   * Times `putImagesPerSecond`, this is how much the pushes take of the account's `PutImage` quota, besides the share of the
   * audits.
   *
   * @default 2
   */
  readonly maxConcurrency?: number;

  /**
   * How many `PutImage` calls each of these makes in a second, at the most.
   *
   * `PutImage` is limited to 10 calls a second for an account and Region, and every `docker push` shares that limit.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
   * @default 2
   */
  readonly putImagesPerSecond?: number;

  /**
   * How long the log of the function is kept.
   *
   * The log has one line for each decision, with the digests of the image and of its companion.
   *
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What becomes of the log when the construct is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;

  /**
   * The role of the function.
   *
   * It is used as it is: no policy is attached to it. Give it `minimalPolicy`, and let `lambda.amazonaws.com` assume it.
   *
   * @default - a role with exactly the statements of `minimalPolicy`
   */
  readonly role?: iam.IRole;

  /**
   * The bus that receives an `Image Remediation` event for each outcome, and a `Repository Audit Finished` event for each
   * audit.
   *
   * Pushes and requests always come from the default bus, where Amazon ECR and schedules send.
   *
   * @default - the default bus of the account and Region
   */
  readonly eventBus?: events.IEventBus;

  /**
   * The KMS key that encrypts the queues and the log.
   *
   * Statements that let EventBridge and CloudWatch Logs use it are added to the policy of the key. That of an imported
   * key must have them already.
   *
   * @default - keys that Amazon SQS and CloudWatch Logs manage
   */
  readonly encryptionKey?: kms.IKey;
}
