import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENV } from '../../lambda/core/contract';
import { createFunction } from './remediation-function';
import { attachPolicy, createRole, excludeFromPullTimes } from './role';
import type { Settings } from './settings';

/** The most that Lambda allows: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html */
export const RECOMPRESSION_TIMEOUT = Duration.minutes(15);

/**
 * Two vCPUs, because 1,769 MB are one: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html. Compression takes one of them for each
 * layer at a time, and reading, hashing and uploading share the other if there is only one. A gigabyte costs the same with less, and takes longer.
 */
export const RECOMPRESSION_MEMORY_SIZE = 3_538;

/** Images at a time. Each has the function to itself. */
const CONCURRENCY = 2;

export interface RecompressionResources {
  readonly queue: sqs.IQueue;
  readonly logGroup: logs.ILogGroup;
  readonly policy: iam.PolicyDocument;
  /** Of the function that requests the recompressions. */
  readonly environment: Readonly<Record<string, string>>;
  /** Counts and alarms of both functions are those of this one. */
  readonly handler: lambda.IFunction;
}

/** The function that may upload layers, and its role. */
export class Recompression extends Construct {
  readonly handler: lambda.Function;

  constructor(scope: Construct, settings: Settings, resources: RecompressionResources) {
    super(scope, 'Recompression');
    const { queue, logGroup, policy, environment, handler } = resources;
    const role =
      settings.recompressionRole ??
      createRole(this, 'Recompresses layers of images in the chosen Amazon ECR repositories');
    this.handler = createFunction(this, settings, {
      asset: 'recompress',
      description: 'Recompresses layers of images in Amazon ECR that Docker V2 Schema 2 cannot name',
      memorySize: RECOMPRESSION_MEMORY_SIZE,
      timeout: RECOMPRESSION_TIMEOUT,
      role,
      logGroup,
      environment: { ...environment, [ENV.metricFunctionName]: handler.functionName },
    });
    this.handler.node.addDependency(attachPolicy(this, role, policy));
    if (settings.excludeFromPullTimes) {
      this.handler.node.addDependency(excludeFromPullTimes(this, role));
    }
    new lambda.EventSourceMapping(this, 'Mapping', {
      target: this.handler,
      eventSourceArn: queue.queueArn,
      batchSize: 1,
      maxConcurrency: CONCURRENCY,
      reportBatchItemFailures: true,
    });
  }
}
