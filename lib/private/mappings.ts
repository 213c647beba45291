import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { BATCH_SIZE } from './pace';
import type { Queues } from './queues';
import type { Settings } from './settings';

/**
 * The event source mappings that deliver the messages of each queue to the function.
 *
 * Not `SqsEventSource`, which grants the role two actions that Lambda does not need.
 */
export function createMappings(
  scope: Construct,
  handler: lambda.IFunction,
  queues: Queues,
  { maxConcurrency, auditMaxConcurrency }: Settings,
): void {
  const mapping = (id: string, queue: sqs.IQueue, batchSize: number, concurrency: number) =>
    new lambda.EventSourceMapping(scope, id, {
      target: handler,
      eventSourceArn: queue.queueArn,
      batchSize,
      maxConcurrency: concurrency,
      reportBatchItemFailures: true,
    });
  mapping('PushesMapping', queues.pushes, BATCH_SIZE.pushes, maxConcurrency);
  mapping('AuditsMapping', queues.audits, BATCH_SIZE.audits, auditMaxConcurrency);
}
