import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { ENV } from '../../lambda/core/contract';
import { allow, LAYER_UPLOAD_ACTIONS, OPTED_OUT } from './permissions';
import { RECOMPRESSION_MEMORY_SIZE, RECOMPRESSION_TIMEOUT } from './recompression';
import { createFunction } from './remediation-function';
import { attachPolicy, createRole } from './role';

const ID = 'DockerV2ImageProvider';

/** Enough for the calls for one image, and for a permission to take effect that the same deployment granted. */
const TIMEOUT = Duration.minutes(2);

/** Three attempts of Lambda, a minute and two apart: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const LONGEST_ANSWER = Duration.minutes(10);
/** The most that CloudFormation waits. */
const LONGEST_ANSWER_OF_RECOMPRESSION = Duration.hours(1);

/** The function behind all images of a stack. */
export class ImageProvider extends Construct {
  static of(scope: Construct): ImageProvider {
    const stack = Stack.of(scope);
    return (stack.node.tryFindChild(ID) as ImageProvider | undefined) ?? new ImageProvider(stack);
  }

  readonly handler: lambda.Function;
  /** What a request must wait for. */
  readonly permissions: IDependable;
  private readonly document = new iam.PolicyDocument();
  private readonly reads: iam.PolicyStatement;
  private readonly writes: iam.PolicyStatement;
  private uploads?: iam.PolicyStatement;

  private constructor(stack: Stack) {
    super(stack, ID);
    const { account, partition, urlSuffix } = stack;
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_MONTH,
      // What failed is in the events of the stack, too.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.reads = allow('ecr', ['BatchGetImage', 'GetDownloadUrlForLayer', 'DescribeImages', 'ListTagsForResource'], []);
    this.writes = allow('ecr', ['PutImage'], [], { StringNotEquals: OPTED_OUT });
    this.document.addStatements(
      this.reads,
      this.writes,
      allow('logs', ['CreateLogStream', 'PutLogEvents'], [logGroup.logGroupArn]),
    );
    const role = createRole(this, 'Puts the Docker V2 Schema 2 images of a stack in their Amazon ECR repositories');
    this.permissions = attachPolicy(this, role, this.document);
    this.handler = createFunction(
      this,
      // Every Region has it, and a deployment takes seconds.
      { architecture: lambda.Architecture.X86_64, tracing: lambda.Tracing.DISABLED },
      {
        asset: 'docker-v2-image',
        description: 'Gives the images of a stack by digest, as Docker V2 Schema 2',
        memorySize: 512,
        timeout: TIMEOUT,
        role,
        logGroup,
        environment: { [ENV.account]: account, [ENV.partition]: partition, [ENV.urlSuffix]: urlSuffix },
      },
    );
  }

  /**
   * Lets the function read and put images of a repository, and upload layers if they are to be recompressed.
   *
   * @returns how long CloudFormation waits for an image
   */
  allow(repositoryArn: string, recompressLayers: boolean): Duration {
    this.reads.addResources(repositoryArn);
    this.writes.addResources(repositoryArn);
    if (!recompressLayers) {
      return LONGEST_ANSWER;
    }
    if (!this.uploads) {
      this.uploads = allow('ecr', LAYER_UPLOAD_ACTIONS, [], { StringNotEquals: OPTED_OUT });
      this.document.addStatements(this.uploads);
      const fn = this.handler.node.defaultChild as lambda.CfnFunction;
      fn.memorySize = RECOMPRESSION_MEMORY_SIZE;
      fn.timeout = RECOMPRESSION_TIMEOUT.toSeconds();
    }
    this.uploads.addResources(repositoryArn);
    return LONGEST_ANSWER_OF_RECOMPRESSION;
  }
}
