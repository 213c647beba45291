import { sendRefusal } from '../cloudformation/queues';
import type { RuleView, TargetView } from '../cloudformation/rules';
import type { RunningQueue } from '../sqs/queues';

/**
 * Sends to the target's queue. A missing permission is not retried: the event goes to the target's dead-letter queue at once.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * @returns why neither queue got it, or nothing if one did
 */
export function deliver(
  rule: RuleView,
  target: TargetView,
  body: string,
  queues: ReadonlyMap<string, RunningQueue>,
  accountId: string,
): string | undefined {
  const refusal = send(target.arn, {});
  if (refusal === undefined) return undefined;
  if (target.deadLetterArn === undefined) return `${refusal}; the target has no dead-letter queue`;
  const deadLetterRefusal = send(target.deadLetterArn, {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: 'NO_PERMISSIONS',
    ERROR_MESSAGE: refusal,
  });
  return deadLetterRefusal && `${refusal}; ${deadLetterRefusal}`;

  function send(arn: string, attributes: Readonly<Record<string, string>>): string | undefined {
    const found = queues.get(arn);
    if (!found) return `queue ${arn} does not exist`;
    const refused = sendRefusal(found.view, rule.arn, accountId);
    if (refused === undefined) found.queue.send(body, attributes);
    return refused;
  }
}
