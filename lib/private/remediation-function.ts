import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlerCode } from './handler-code';

/** What an audit of one part of a repository may take; ten pushes take a few seconds. */
const TIMEOUT = Duration.seconds(60);

/**
 * How long a message is invisible to others once it is received, and so also how long a failed one waits to be tried again.
 *
 * AWS recommends six times the function's timeout, so that Lambda has time to try again when an invocation was throttled:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
 * A repair that an audit asked for can wait for that. Someone waits for a push, and what AWS guards against costs us little:
 * a mapping with a maximum concurrency receives no more than it may invoke with, and a message that is seen twice is
 * repaired once. Lambda refuses less than one timeout; half of another is for handing a batch over. A push that fails is so
 * tried five times in about seven minutes.
 */
export const VISIBILITY_TIMEOUT = {
  pushes: Duration.seconds(1.5 * TIMEOUT.toSeconds()),
  audits: Duration.seconds(6 * TIMEOUT.toSeconds()),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const MAX_ENVIRONMENT_CHARACTERS = 4_096;

/** What differs from one remediation to the other. */
export interface FunctionSettings {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly environment: { readonly [variable: string]: string };
}

/** @throws if the environment is larger than Lambda allows */
export function createFunction(scope: Construct, { role, logGroup, environment }: FunctionSettings): lambda.Function {
  const characters = Object.entries(environment).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (characters > MAX_ENVIRONMENT_CHARACTERS) {
    throw new Error(
      `repositories and excludedTags of ${scope.node.path} make an environment of ${characters} characters; expected at most ${MAX_ENVIRONMENT_CHARACTERS}, where Lambda stops: choose by shorter patterns`,
    );
  }
  return new lambda.Function(scope, 'Function', {
    description: 'Gives OCI images in Amazon ECR a companion tag in Docker Image Manifest V2 Schema 2',
    code: handlerCode(),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: 256,
    timeout: TIMEOUT,
    role,
    logGroup,
    environment,
    loggingFormat: lambda.LoggingFormat.JSON,
    // The function's own JSON lines pass unchanged. Those with metrics have no level, so they count as INFO and would be
    // lost above it: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
  });
}
