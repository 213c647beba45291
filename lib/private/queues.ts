import { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { FUNCTION_TIMEOUT } from './remediation-function';

/**
 * How long a message is invisible to others once it is received, and so also how long a failed one waits to be tried again.
 *
 * AWS recommends six times the function's timeout, so that Lambda has time to try again when an invocation was throttled:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
 * A repair that an audit asked for can wait for that. Someone waits for a push, and what AWS guards against costs us little:
 * a mapping with a maximum concurrency receives no more than it may invoke with, and a message that is seen twice is
 * repaired once. Lambda refuses less than one timeout; half of another is for handing a batch over. A push that fails is so
 * tried five times in about seven minutes.
 */
const VISIBILITY_TIMEOUT = {
  pushes: Duration.seconds(1.5 * FUNCTION_TIMEOUT.toSeconds()),
  audits: Duration.seconds(6 * FUNCTION_TIMEOUT.toSeconds()),
};

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
  const workQueueProps = { ...common, deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 } };
  return {
    pushes: new sqs.Queue(scope, 'Pushes', { ...workQueueProps, visibilityTimeout: VISIBILITY_TIMEOUT.pushes }),
    audits: new sqs.Queue(scope, 'Audits', { ...workQueueProps, visibilityTimeout: VISIBILITY_TIMEOUT.audits }),
    deadLetters,
  };
}
