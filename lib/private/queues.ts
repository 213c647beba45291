import { Duration } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allowEventBridgeToUse } from './encryption';
import { RECOMPRESSION_TIMEOUT } from './recompression';
import { FUNCTION_TIMEOUT } from './remediation-function';
import { isRecompressionDeployed } from './repository-choices';
import type { Settings } from './settings';

/**
 * How long a received message is invisible, and so how long a failed one waits for its next attempt.
 *
 * AWS recommends six times the function's timeout, so that Lambda can retry a throttled invocation:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
 * A repair that an audit requested can wait that long; a push can't. A short timeout costs us little: a mapping with a maximum
 * concurrency receives no more than it may invoke with, and a message that is delivered twice is repaired once. Lambda requires
 * at least one timeout, and the extra half leaves time to hand over a batch. A push that keeps failing gets its five attempts
 * in about seven minutes.
 */
const VISIBILITY_TIMEOUT = {
  pushes: Duration.seconds(1.5 * FUNCTION_TIMEOUT.toSeconds()),
  audits: Duration.seconds(6 * FUNCTION_TIMEOUT.toSeconds()),
  layers: Duration.seconds(1.5 * RECOMPRESSION_TIMEOUT.toSeconds()),
};

/** A work queue for each kind of work, so that none delays another, and one queue for the failures of all. */
export interface Queues {
  readonly pushes: sqs.Queue;
  readonly audits: sqs.Queue;
  /** Only if layers are recompressed. */
  readonly layers?: sqs.Queue;
  readonly deadLetters: sqs.Queue;
}

/** All are encrypted and require TLS. */
export function createQueues(scope: Construct, settings: Settings): Queues {
  const { encryptionKey } = settings;
  if (encryptionKey) {
    allowEventBridgeToUse(encryptionKey, scope);
  }
  const common: sqs.QueueProps = {
    enforceSSL: true,
    // The maximum of SQS. A backfill can take longer than its default of 4 days, and an expired message leaves no trace.
    retentionPeriod: Duration.days(14),
    ...(encryptionKey
      ? { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
      : { encryption: sqs.QueueEncryption.SQS_MANAGED }),
  };
  const deadLetters = new sqs.Queue(scope, 'DeadLetters', common);
  const workQueueProps = { ...common, deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 } };
  return {
    pushes: new sqs.Queue(scope, 'Pushes', { ...workQueueProps, visibilityTimeout: VISIBILITY_TIMEOUT.pushes }),
    audits: new sqs.Queue(scope, 'Audits', { ...workQueueProps, visibilityTimeout: VISIBILITY_TIMEOUT.audits }),
    layers: isRecompressionDeployed(settings)
      ? new sqs.Queue(scope, 'Layers', { ...workQueueProps, visibilityTimeout: VISIBILITY_TIMEOUT.layers })
      : undefined,
    deadLetters,
  };
}
