import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { handlerCode } from './handler-code';
import type { Settings } from './settings';

/** Enough to audit one part of a repository; ten pushes take a few seconds. */
export const FUNCTION_TIMEOUT = Duration.seconds(60);

/** What the construct creates for the function. */
export interface FunctionResources {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly environment: Readonly<Record<string, string>>;
}

export function createFunction(scope: Construct, settings: Settings, resources: FunctionResources): lambda.Function {
  const handler = new lambda.Function(scope, 'Function', {
    description: 'Adds Docker V2 Schema 2 companion tags to OCI images in Amazon ECR',
    code: handlerCode(),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: settings.architecture,
    memorySize: settings.memorySize,
    timeout: FUNCTION_TIMEOUT,
    reservedConcurrentExecutions: settings.reservedConcurrentExecutions,
    // An audit requests its next page, and a page the repairs that it needs, from this same function. Lambda would stop what it takes for
    // a loop after 16 steps: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html. Repairs request nothing, and the push
    // of a companion matches no rule.
    recursiveLoop: lambda.RecursiveLoop.ALLOW,
    vpc: settings.vpc,
    vpcSubnets: settings.vpcSubnets,
    securityGroups: settings.securityGroups,
    loggingFormat: lambda.LoggingFormat.JSON,
    // The function's own JSON lines pass unchanged. Lines with metrics have no level, so they count as INFO and a higher
    // level would drop them: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
    ...resources,
  });
  trace(handler, settings.tracing);
  return handler;
}

/** Not the prop `tracing`, which adds statements to the role that are in our policy already. */
function trace(handler: lambda.Function, tracing: lambda.Tracing): void {
  if (tracing !== lambda.Tracing.DISABLED) {
    (handler.node.defaultChild as lambda.CfnFunction).tracingConfig = { mode: tracing };
  }
}
