import * as iam from 'aws-cdk-lib/aws-iam';
import { EVENT_SOURCE, OUTCOME_DETAIL_TYPE } from '../lambda/core/names';

/** ARNs of everything that the function touches. */
export interface Touched {
  readonly repositories: readonly string[];
  readonly eventBus: string;
  readonly queue: string;
  /** With the `:*` that stands for the log streams. */
  readonly logGroup: string;
  readonly encryptionKey?: string;
}

/** Every action that the function, or the Lambda service in its name, uses; nothing else. */
export function minimalStatements(touched: Touched): iam.PolicyStatement[] {
  const statements = [
    allow('ecr', ['BatchGetImage', 'PutImage', 'GetDownloadUrlForLayer'], touched.repositories),
    allow('events', ['PutEvents'], [touched.eventBus], {
      StringEquals: { 'events:source': EVENT_SOURCE, 'events:detail-type': OUTCOME_DETAIL_TYPE },
    }),
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
    allow('sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'], [touched.queue]),
    allow('logs', ['CreateLogStream', 'PutLogEvents'], [touched.logGroup]),
  ];
  return touched.encryptionKey ? [...statements, allow('kms', ['Decrypt'], [touched.encryptionKey])] : statements;
}

function allow(
  service: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Record<string, unknown> = {},
): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: actions.map((action) => `${service}:${action}`),
    resources: [...resources],
    conditions,
  });
}
