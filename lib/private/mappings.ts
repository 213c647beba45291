import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
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
  mapping('PushesMapping', queues.pushes, 10, maxConcurrency);
  // Half as many, because one of these messages can be an audit of 10,000 images.
  mapping('AuditsMapping', queues.audits, 5, auditMaxConcurrency);
}
