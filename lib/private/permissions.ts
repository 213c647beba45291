import * as iam from 'aws-cdk-lib/aws-iam';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import {
  AUDIT_FINISHED_DETAIL_TYPE,
  EVENT_SOURCE,
  OPT_OUT_TAG,
  OUTCOME_DETAIL_TYPE,
  REQUESTS,
} from '../../lambda/core/contract';
import type { Settings } from './settings';

/** ARNs of everything that the function uses. */
export interface ResourceArns {
  readonly repositories: readonly string[];
  readonly excludedRepositories: readonly string[];
  /** Every repository of the account and Region, if an audit must list them to find those that match a pattern. */
  readonly listedRepositories?: string;
  readonly eventBus: string;
  readonly defaultBus: string;
  readonly queues: readonly string[];
  /** Ends with `:*`, which covers the log streams. */
  readonly logGroup: string;
  readonly encryptionKey?: string;
}

const OPTED_OUT = { [`ecr:ResourceTag/${OPT_OUT_TAG.key}`]: OPT_OUT_TAG.value };

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html */
const NETWORK_INTERFACE_ACTIONS = [
  'CreateNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'DeleteNetworkInterface',
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
];

/** Every action that the function uses, or Lambda on its behalf, and nothing else. */
export function minimalStatements(
  arns: ResourceArns,
  { deleteOrphanedCompanions, vpc, tracing }: Settings,
): iam.PolicyStatement[] {
  const { repositories, excludedRepositories, listedRepositories, eventBus, defaultBus, queues, logGroup } = arns;
  const reads = ['BatchGetImage', 'GetDownloadUrlForLayer', 'DescribeImages', 'ListTagsForResource'];
  const writes = deleteOrphanedCompanions ? ['PutImage', 'BatchDeleteImage'] : ['PutImage'];
  return [
    allow('ecr', reads, repositories),
    // A repository without the tag lacks this key, and a negated condition on a missing key holds:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    allow('ecr', writes, repositories, { StringNotEquals: OPTED_OUT }),
    // Holds even if the role has other policies that allow more.
    deny('ecr', ['PutImage', 'BatchDeleteImage'], ['*'], { StringEquals: OPTED_OUT }),
    ...(excludedRepositories.length > 0 ? [deny('ecr', ['PutImage', 'BatchDeleteImage'], excludedRepositories)] : []),
    ...(listedRepositories ? [allow('ecr', ['DescribeRepositories'], [listedRepositories])] : []),
    publish([OUTCOME_DETAIL_TYPE, AUDIT_FINISHED_DETAIL_TYPE], eventBus),
    publish(Object.values(REQUESTS), defaultBus),
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
    allow('sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'], queues),
    allow('logs', ['CreateLogStream', 'PutLogEvents'], [logGroup]),
    // Lambda creates the network interfaces, in any subnet: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    ...(vpc ? [allow('ec2', NETWORK_INTERFACE_ACTIONS, ['*'])] : []),
    // https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
    ...(tracing === Tracing.DISABLED ? [] : [allow('xray', ['PutTraceSegments', 'PutTelemetryRecords'], ['*'])]),
    ...(arns.encryptionKey ? [allow('kms', ['Decrypt'], [arns.encryptionKey])] : []),
  ];
}

const publish = (detailTypes: readonly string[], eventBus: string): iam.PolicyStatement =>
  allow('events', ['PutEvents'], [eventBus], {
    StringEquals: { 'events:source': EVENT_SOURCE, 'events:detail-type': detailTypes },
  });

const allow = (
  service: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Record<string, unknown> = {},
): iam.PolicyStatement => statement(iam.Effect.ALLOW, service, actions, resources, conditions);

const deny: typeof allow = (service, actions, resources, conditions = {}) =>
  statement(iam.Effect.DENY, service, actions, resources, conditions);

const statement = (
  effect: iam.Effect,
  service: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Record<string, unknown>,
): iam.PolicyStatement =>
  new iam.PolicyStatement({
    effect,
    actions: actions.map((action) => `${service}:${action}`),
    resources: [...resources],
    conditions,
  });
