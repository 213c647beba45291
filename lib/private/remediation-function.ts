import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type HandlerAsset, handlerCode } from './handler-code';
import type { Settings } from './settings';

/** Enough to audit one part of a repository; ten pushes take a few seconds. */
export const FUNCTION_TIMEOUT = Duration.seconds(60);

/** What differs between the functions. */
export interface FunctionResources {
  readonly asset: HandlerAsset;
  readonly description: string;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly reservedConcurrentExecutions?: number;
  readonly recursiveLoop?: lambda.RecursiveLoop;
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly environment: Readonly<Record<string, string>>;
}

export function createFunction(
  scope: Construct,
  settings: Pick<Settings, 'architecture' | 'tracing' | 'vpc' | 'vpcSubnets' | 'securityGroups'>,
  { asset, ...resources }: FunctionResources,
): lambda.Function {
  const handler = new lambda.Function(scope, 'Function', {
    code: handlerCode(asset),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: settings.architecture,
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
