import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';

/**
 * How the function runs.
 */
export interface FunctionOptions {
  /**
   * The role of the function.
   *
   * Let `lambda.amazonaws.com` assume it. `minimalPolicy` is attached to it, unless you pass `role.withoutPolicyUpdates()`.
   *
   * @default - a role with no other permissions than `minimalPolicy`
   */
  readonly role?: iam.IRole;

  /**
   * The log group of the function. It gets one line per decision, with the digests of the image and its companion.
   *
   * @default - a log group that keeps the lines for three months, and that remains when the construct is removed
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * The instruction set of the function, for Regions without Arm.
   *
   * @default lambda.Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * The memory of the function in MiB, from 512 to 10,240.
   *
   * Lambda gives a function with more memory more CPU time, too.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * The concurrency that is reserved for the function, at least `maxConcurrency` plus `auditMaxConcurrency`.
   *
   * With less, Lambda throttles one queue for the other, and throttled messages become dead letters.
   *
   * @default - the function uses the unreserved concurrency of the account
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Whether AWS X-Ray traces the function.
   *
   * @default lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;

  /**
   * The VPC that the function runs in.
   *
   * From there it must reach the API of Amazon ECR, Amazon S3 (where Amazon ECR keeps the configs of images) and EventBridge: through
   * a NAT gateway, or through endpoints for `ecr.api`, `s3` and `events`. `handler.connections` has its security groups.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
   * @default - the function runs outside your VPCs
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the VPC that the function runs in.
   *
   * @default - the private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the function in the VPC.
   *
   * @default - one that lets the function connect to everything
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}
