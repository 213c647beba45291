import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Queues } from './queues';
import type { Rules } from './rules';

/**
 * Sends matched events to the queues, and to the dead-letter queue if EventBridge cannot deliver them within 24 hours.
 *
 * Not `targets.SqsQueue`: with a KMS key it lets every rule of every account send unless the app sets a feature flag, and it
 * allows EventBridge two actions that it never uses.
 */
export function deliver(queues: Queues, { push, replication, audit, auditSchedule }: Rules): void {
  const pushes = replication ? [push, replication] : [push];
  const audits = auditSchedule ? [audit, auditSchedule] : [audit];
  allowSending(queues.pushes, pushes);
  allowSending(queues.audits, audits);
  allowSending(queues.deadLetters, [...pushes, ...audits]);
  for (const rule of pushes) {
    addTarget(rule, queues.pushes, queues.deadLetters);
  }
  for (const rule of audits) {
    addTarget(rule, queues.audits, queues.deadLetters);
  }
}

const addTarget = (rule: events.Rule, queue: sqs.Queue, deadLetters: sqs.Queue): void =>
  rule.addTarget({
    bind: () => ({
      arn: queue.queueArn,
      deadLetterConfig: { arn: deadLetters.queueArn },
      targetResource: queue,
    }),
  });

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
