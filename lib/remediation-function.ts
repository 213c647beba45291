import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlerCode } from './handler-code';

const TIMEOUT = Duration.seconds(30);

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig */
export const VISIBILITY_TIMEOUT = Duration.seconds(6 * TIMEOUT.toSeconds());

/** What differs from one remediation to the other. */
export interface FunctionSettings {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly environment: { readonly [variable: string]: string };
}

export function createFunction(scope: Construct, { role, logGroup, environment }: FunctionSettings): lambda.Function {
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
