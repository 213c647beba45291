import { sendRefusal } from '../cloudformation/queues';
import type { RuleView, TargetView } from '../cloudformation/rules';
import type { RunningQueue } from '../sqs/queues';

/** An event that EventBridge had to give up. Nothing was delivered, not even to a dead-letter queue. */
export interface Undelivered {
  readonly rule: string;
  readonly target: string;
  readonly body: string;
  readonly reason: string;
}

/**
 * Sends to the target's queue. A missing permission is not retried: it goes to the target's dead-letter queue at once.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * @returns what was given up, or nothing
 */
export function deliver(
  rule: RuleView,
  target: TargetView,
  body: string,
  queues: ReadonlyMap<string, RunningQueue>,
  accountId: string,
): Undelivered | undefined {
  const refusal = send(target.arn, {});
  if (refusal === undefined) return undefined;
  const givenUp = { rule: rule.logicalId, target: target.arn, body };
  if (target.deadLetterArn === undefined)
    return { ...givenUp, reason: `${refusal}; the target has no dead-letter queue` };
  const lost = send(target.deadLetterArn, {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: 'NO_PERMISSIONS',
    ERROR_MESSAGE: refusal,
  });
  return lost === undefined ? undefined : { ...givenUp, reason: `${refusal}; ${lost}` };

  function send(arn: string, attributes: Readonly<Record<string, string>>): string | undefined {
    const found = queues.get(arn);
    if (!found) return `there is no queue ${arn}`;
    const refused = sendRefusal(found.view, rule.arn, accountId);
    if (refused === undefined) found.queue.send(body, attributes);
    return refused;
  }
}
