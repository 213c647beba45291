import { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** A queue, with the place that its messages go to when they cannot be delivered or fail too often. */
export interface QueuePair {
  readonly queue: sqs.Queue;
  readonly deadLetterQueue: sqs.Queue;
}

/** Encrypted queues that take no plain HTTP. */
export function createQueues(scope: Construct, visibilityTimeout: Duration, encryptionKey?: kms.IKey): QueuePair {
  const common: sqs.QueueProps = {
    enforceSSL: true,
    ...(encryptionKey
      ? { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
      : { encryption: sqs.QueueEncryption.SQS_MANAGED }),
  };
  // As long as SQS keeps a message, so that nobody has to come in at the weekend.
  const deadLetterQueue = new sqs.Queue(scope, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
  const queue = new sqs.Queue(scope, 'Pushes', {
    ...common,
    visibilityTimeout,
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 5 },
  });
  return { queue, deadLetterQueue };
}

/**
 * Sends what the rule matches to the queue, and to its dead-letter queue what EventBridge cannot deliver in 24 hours.
 *
 * Not `targets.SqsQueue`: with a KMS key it lets every rule of every account send, unless the app sets a feature flag,
 * and it allows EventBridge two actions that it never uses.
 */
export function sendTo({ queue, deadLetterQueue }: QueuePair, rule: events.Rule): void {
  for (const receiver of [queue, deadLetterQueue]) {
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
    receiver.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [receiver.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }
  rule.addTarget({
    bind: () => ({
      arn: queue.queueArn,
      deadLetterConfig: { arn: deadLetterQueue.queueArn },
      targetResource: queue,
    }),
  });
}
