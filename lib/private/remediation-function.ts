import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlerCode } from './handler-code';

/** Enough to audit one part of a repository; ten pushes take a few seconds. */
export const FUNCTION_TIMEOUT = Duration.seconds(60);

/** What differs between two remediations. */
export interface FunctionProps {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly environment: Readonly<Record<string, string>>;
}

export const createFunction = (scope: Construct, props: FunctionProps): lambda.Function =>
  new lambda.Function(scope, 'Function', {
    description: 'Adds Docker V2 Schema 2 companion tags to OCI images in Amazon ECR',
    code: handlerCode(),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: 256,
    timeout: FUNCTION_TIMEOUT,
    loggingFormat: lambda.LoggingFormat.JSON,
    // The function's own JSON lines pass unchanged. Lines with metrics have no level, so they count as INFO and a higher
    // level would drop them: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
    ...props,
  });
