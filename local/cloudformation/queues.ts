import { asNumber, asObject, asString, optional } from '../aws/json';
import { evaluate, readStatements, type Statement } from '../iam/policy';
import { arnOf, type Resource, refuse } from './resources';

export interface QueueView {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
  readonly kmsKey?: string;
  /** The statements of every queue policy of this queue. */
  readonly policy: readonly Statement[];
}

/** Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export function readQueues(resources: readonly Resource[]): readonly QueueView[] {
  const policies = resources.filter(({ type }) => type === 'AWS::SQS::QueuePolicy');
  return resources.filter(({ type }) => type === 'AWS::SQS::Queue').map((queue) => readQueue(queue, policies));
}

function readQueue(queue: Resource, policies: readonly Resource[]): QueueView {
  const { path, identity } = queue;
  refuse(queue, ['FifoQueue', 'DelaySeconds']);
  const number = (property: string, otherwise: number) =>
    optional(queue.get(property), `${path}.${property}`, asNumber) ?? otherwise;
  const redrive = optional(queue.get('RedrivePolicy'), `${path}.RedrivePolicy`, asObject);
  const kmsKey = optional(queue.get('KmsMasterKeyId'), `${path}.KmsMasterKeyId`, asString);
  return {
    logicalId: queue.logicalId,
    name: identity.attributes.QueueName ?? queue.logicalId,
    arn: arnOf(queue),
    visibilityTimeoutSeconds: number('VisibilityTimeout', 30),
    retentionSeconds: number('MessageRetentionPeriod', 345_600),
    redrive: redrive && {
      deadLetterArn: asString(redrive.deadLetterTargetArn, `${path}.RedrivePolicy.deadLetterTargetArn`),
      maxReceiveCount: asNumber(redrive.maxReceiveCount, `${path}.RedrivePolicy.maxReceiveCount`),
    },
    kmsKey,
    policy: policies.filter((policy) => covers(policy, identity.ref)).flatMap(statementsOf),
  };
}

function covers(policy: Resource, queueUrl: string): boolean {
  const queues = policy.get('Queues');
  return Array.isArray(queues) && queues.includes(queueUrl);
}

function statementsOf(policy: Resource): readonly Statement[] {
  return readStatements(policy.get('PolicyDocument'), `${policy.path}.PolicyDocument`);
}

/**
 * Why EventBridge may not send to this queue for this rule, or nothing if it may.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
 */
export function sendRefusal(queue: QueueView, ruleArn: string, accountId: string): string | undefined {
  const access = evaluate(queue.policy, {
    action: 'sqs:SendMessage',
    resource: queue.arn,
    principal: 'Service:events.amazonaws.com',
    context: { 'aws:SourceArn': ruleArn, 'aws:SourceAccount': accountId, 'aws:SecureTransport': 'true' },
  });
  if (access !== 'allowed')
    return `events.amazonaws.com may not send to ${queue.logicalId} for ${ruleArn} (${access}); the queue's policy must allow it`;
  // The AWS managed key's policy cannot be edited to let EventBridge use it:
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html#eb-sqs-encrypted
  if (queue.kmsKey?.endsWith('alias/aws/sqs'))
    return `EventBridge cannot use the AWS managed key of ${queue.logicalId}; encrypt it with SSE-SQS or a key of your own`;
  return undefined;
}
