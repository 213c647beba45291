import { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { VISIBILITY_TIMEOUT } from './remediation-function';
import type { Rules } from './rules';

/** The two queues of work, so that an audit of any size delays no push, and the one place for what fails in either. */
export interface Queues {
  readonly pushes: sqs.Queue;
  readonly audits: sqs.Queue;
  readonly deadLetters: sqs.Queue;
}

/** Encrypted queues that take no plain HTTP. */
export function createQueues(scope: Construct, encryptionKey?: kms.IKey): Queues {
  const common: sqs.QueueProps = {
    enforceSSL: true,
    ...(encryptionKey
      ? { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
      : { encryption: sqs.QueueEncryption.SQS_MANAGED }),
  };
  // As long as SQS keeps a message, so that nobody has to come in at the weekend.
  const deadLetters = new sqs.Queue(scope, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
  const worked = { ...common, deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 } };
  return {
    pushes: new sqs.Queue(scope, 'Pushes', { ...worked, visibilityTimeout: VISIBILITY_TIMEOUT.pushes }),
    audits: new sqs.Queue(scope, 'Audits', { ...worked, visibilityTimeout: VISIBILITY_TIMEOUT.audits }),
    deadLetters,
  };
}

/**
 * Sends what the rules match to the queues, and to the dead-letter queue what EventBridge cannot deliver in 24 hours.
 *
 * Not `targets.SqsQueue`: with a KMS key it lets every rule of every account send, unless the app sets a feature flag,
 * and it allows EventBridge two actions that it never uses.
 */
export function deliver(queues: Queues, { push, replication, audit, auditSchedule }: Rules): void {
  const pushes = [push, ...(replication ? [replication] : [])];
  const audits = [audit, ...(auditSchedule ? [auditSchedule] : [])];
  allowSending(queues.pushes, pushes);
  allowSending(queues.audits, audits);
  allowSending(queues.deadLetters, [...pushes, ...audits]);
  for (const [queue, rules] of [[queues.pushes, pushes] as const, [queues.audits, audits] as const]) {
    for (const rule of rules) {
      rule.addTarget({
        bind: () => ({
          arn: queue.queueArn,
          deadLetterConfig: { arn: queues.deadLetters.queueArn },
          targetResource: queue,
        }),
      });
    }
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions */
function allowSending(queue: sqs.Queue, rules: readonly events.Rule[]): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ ruleArn }) => ruleArn) } },
    }),
  );
}
