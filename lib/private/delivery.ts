import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, REQUESTS } from '../../lambda/core/contract';
import type { Queues } from './queues';
import type { Rules } from './rules';
import type { Settings } from './settings';

/**
 * Sends matched events to the queues, and to the dead-letter queue if EventBridge cannot deliver them within 24 hours.
 *
 * Not `targets.SqsQueue`: with a KMS key it lets every rule of every account send unless the app sets a feature flag, and it
 * allows EventBridge two actions that it never uses.
 */
export function deliver(
  scope: Construct,
  queues: Queues,
  { push, replication, audit, auditSchedule, recompression }: Rules,
  { alwaysBackfill }: Settings,
): void {
  const pushes = [push];
  // The first replication of a registry makes tens of thousands of events, which must not delay a push.
  const audits = [audit, auditSchedule, replication].filter((rule) => rule !== undefined);
  allowSending(queues.pushes, pushes);
  allowSending(queues.audits, audits);
  allowSending(queues.deadLetters, [...pushes, ...audits, ...(recompression ? [recompression] : [])]);
  for (const rule of pushes) {
    addTarget(rule, queues.pushes, queues.deadLetters);
  }
  for (const rule of audits) {
    const input = rule === auditSchedule && alwaysBackfill ? backfillRequest(scope) : undefined;
    addTarget(rule, queues.audits, queues.deadLetters, input);
  }
  if (recompression && queues.layers) {
    allowSending(queues.layers, [recompression]);
    addTarget(recompression, queues.layers, queues.deadLetters);
  }
}

const addTarget = (rule: events.Rule, queue: sqs.Queue, deadLetters: sqs.Queue, input?: events.RuleTargetInput): void =>
  rule.addTarget({
    bind: () => ({
      arn: queue.queueArn,
      deadLetterConfig: { arn: deadLetters.queueArn },
      targetResource: queue,
      input,
    }),
  });

/** A constant takes the place of the scheduled event, so it has all that the function reads of a request. */
const backfillRequest = (scope: Construct): events.RuleTargetInput =>
  events.RuleTargetInput.fromObject({
    id: 'audit-schedule',
    account: Stack.of(scope).account,
    region: Stack.of(scope).region,
    source: EVENT_SOURCE,
    'detail-type': REQUESTS.registryAudit,
    detail: { backfill: true },
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
