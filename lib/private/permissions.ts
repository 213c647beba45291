import * as iam from 'aws-cdk-lib/aws-iam';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import {
  AUDIT_FINISHED_DETAIL_TYPE,
  EVENT_SOURCE,
  OPT_OUT_TAG,
  OUTCOME_DETAIL_TYPE,
  REQUESTS,
} from '../../lambda/core/contract';
import { isRecompressionDeployed } from './repository-choices';
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
  readonly layersQueue?: string;
  /** Ends with `:*`, which covers the log streams. */
  readonly logGroup: string;
  readonly encryptionKey?: string;
}

export const OPTED_OUT = { [`ecr:ResourceTag/${OPT_OUT_TAG.key}`]: OPT_OUT_TAG.value };

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html */
const NETWORK_INTERFACE_ACTIONS = [
  'CreateNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'DeleteNetworkInterface',
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
];

/**
 * What a recompression does, and Amazon ECR managed signing in the name of the role.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
 */
export const LAYER_UPLOAD_ACTIONS = [
  'BatchCheckLayerAvailability',
  'InitiateLayerUpload',
  'UploadLayerPart',
  'CompleteLayerUpload',
];

/** Every action that the function uses, or AWS on its behalf, and nothing else. */
export const minimalStatements = (arns: ResourceArns, settings: Settings): iam.PolicyStatement[] => [
  ...imageStatements(arns, settings),
  ...listingStatements(arns),
  ...signingStatements(settings),
  publish([OUTCOME_DETAIL_TYPE, AUDIT_FINISHED_DETAIL_TYPE], arns.eventBus),
  publish(requestsOf(settings), arns.defaultBus),
  ...functionStatements(arns, arns.queues, settings),
];

/** The same for the function that recompresses layers: it alone uploads layers, and it lists and requests nothing. */
export const recompressionStatements = (arns: ResourceArns, settings: Settings): iam.PolicyStatement[] =>
  arns.layersQueue === undefined
    ? []
    : [
        ...imageStatements(arns, settings, LAYER_UPLOAD_ACTIONS),
        ...signingStatements(settings),
        publish([OUTCOME_DETAIL_TYPE], arns.eventBus),
        ...functionStatements(arns, [arns.layersQueue], settings),
      ];

/** What Lambda does on behalf of a function. */
const functionStatements = (
  arns: ResourceArns,
  queues: readonly string[],
  settings: Settings,
): iam.PolicyStatement[] => [
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
  allow('sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'], queues),
  allow('logs', ['CreateLogStream', 'PutLogEvents'], [arns.logGroup]),
  // Lambda creates the network interfaces, in any subnet: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  ...(settings.vpc ? [allow('ec2', NETWORK_INTERFACE_ACTIONS, ['*'])] : []),
  // https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
  ...(settings.tracing === Tracing.DISABLED ? [] : [allow('xray', ['PutTraceSegments', 'PutTelemetryRecords'], ['*'])]),
  ...(arns.encryptionKey ? [allow('kms', ['Decrypt'], [arns.encryptionKey])] : []),
];

function imageStatements(
  { repositories, excludedRepositories }: ResourceArns,
  { deleteOrphanedCompanions, signingProfiles }: Settings,
  uploadActions: readonly string[] = signingProfiles.length > 0 ? LAYER_UPLOAD_ACTIONS : [],
): iam.PolicyStatement[] {
  const reads = [
    'BatchGetImage',
    'GetDownloadUrlForLayer',
    'DescribeImages',
    'ListTagsForResource',
    'GetLifecyclePolicy',
  ];
  const writes = ['PutImage', ...(deleteOrphanedCompanions ? ['BatchDeleteImage'] : []), ...uploadActions];
  return [
    allow('ecr', reads, repositories),
    // A repository without the tag lacks this key, and a negated condition on a missing key holds:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    allow('ecr', writes, repositories, { StringNotEquals: OPTED_OUT }),
    // Holds even if the role has other policies that allow more.
    deny('ecr', ['PutImage', 'BatchDeleteImage'], ['*'], { StringEquals: OPTED_OUT }),
    ...(excludedRepositories.length > 0 ? [deny('ecr', ['PutImage', 'BatchDeleteImage'], excludedRepositories)] : []),
  ];
}

function listingStatements({ listedRepositories }: ResourceArns): iam.PolicyStatement[] {
  return [
    ...(listedRepositories ? [allow('ecr', ['DescribeRepositories'], [listedRepositories])] : []),
    // The rules belong to the registry, which is no resource that a policy can name:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
    allow('ecr', ['DescribePullThroughCacheRules'], ['*']),
  ];
}

function signingStatements({ signingProfiles }: Settings): iam.PolicyStatement[] {
  return [
    ...(signingProfiles.length > 0
      ? [
          allow(
            'signer',
            ['SignPayload'],
            signingProfiles.map(({ signingProfileArn }) => signingProfileArn),
          ),
        ]
      : []),
  ];
}

/** Recompressions are work only where a function does them. */
const requestsOf = (settings: Settings): readonly string[] =>
  Object.values(REQUESTS).filter(
    (request) => isRecompressionDeployed(settings) || request !== REQUESTS.imageRecompression,
  );

/** The same that the function itself may request. */
export const grantRequests = (grantee: iam.IGrantable, defaultBus: string, settings: Settings): iam.Grant =>
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['events:PutEvents'],
    resourceArns: [defaultBus],
    conditions: ownEvents(requestsOf(settings)),
  });

const publish = (detailTypes: readonly string[], eventBus: string): iam.PolicyStatement =>
  allow('events', ['PutEvents'], [eventBus], ownEvents(detailTypes));

const ownEvents = (detailTypes: readonly string[]) => ({
  StringEquals: { 'events:source': EVENT_SOURCE, 'events:detail-type': detailTypes },
});

export const allow = (
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
