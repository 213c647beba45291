import * as iam from 'aws-cdk-lib/aws-iam';
import {
  AUDIT_FINISHED_DETAIL_TYPE,
  EVENT_SOURCE,
  OPT_OUT_TAG,
  OUTCOME_DETAIL_TYPE,
  REQUESTS,
} from '../../lambda/core/contract';

/** ARNs of everything that the function touches. */
export interface Touched {
  readonly repositories: readonly string[];
  /** All of the account and Region, if an audit must list them. */
  readonly listedRepositories?: string;
  readonly eventBus: string;
  readonly defaultBus: string;
  readonly queues: readonly string[];
  /** With the `:*` that stands for the log streams. */
  readonly logGroup: string;
  readonly encryptionKey?: string;
  /** Whether companions are deleted with their source tags. */
  readonly deleteOrphanedCompanions: boolean;
}

/** Every action that the function, or the Lambda service in its name, uses; nothing else. */
export function minimalStatements(touched: Touched): iam.PolicyStatement[] {
  const reads = ['BatchGetImage', 'GetDownloadUrlForLayer', 'DescribeImages', 'ListTagsForResource'];
  const statements = [
    allow('ecr', reads, touched.repositories),
    // A repository without the tag has no such key, and a negated comparison with no key holds:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    allow(
      'ecr',
      ['PutImage', ...(touched.deleteOrphanedCompanions ? ['BatchDeleteImage'] : [])],
      touched.repositories,
      {
        StringNotEquals: { [`ecr:ResourceTag/${OPT_OUT_TAG.key}`]: OPT_OUT_TAG.value },
      },
    ),
    ...(touched.listedRepositories ? [allow('ecr', ['DescribeRepositories'], [touched.listedRepositories])] : []),
    publish([OUTCOME_DETAIL_TYPE, AUDIT_FINISHED_DETAIL_TYPE], touched.eventBus),
    publish(Object.values(REQUESTS), touched.defaultBus),
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
    allow('sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'], touched.queues),
    allow('logs', ['CreateLogStream', 'PutLogEvents'], [touched.logGroup]),
  ];
  return touched.encryptionKey ? [...statements, allow('kms', ['Decrypt'], [touched.encryptionKey])] : statements;
}

const publish = (detailTypes: readonly string[], eventBus: string): iam.PolicyStatement =>
  allow('events', ['PutEvents'], [eventBus], {
    StringEquals: { 'events:source': EVENT_SOURCE, 'events:detail-type': detailTypes },
  });

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
