import type { AccountRegion } from '../aws/account-region';
import { AwsError } from '../aws/error';
import type { FunctionView, Template } from '../cloudformation';
import { type AccessRequest, evaluate, type Statement } from '../iam/policy';
import type { ReceivedCall } from './options';

/**
 * What IAM decides on when this call arrives: actions, resources and condition keys of the service authorization reference.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
 */
export function accessOfCall(
  call: ReceivedCall,
  { accountId, region }: AccountRegion,
  resourceTags: ReadonlyMap<string, string>,
): readonly AccessRequest[] {
  const { service, operation } = call;
  if (service === 'registry') return []; // A download by a signed URL: IAM decided when the URL was requested.
  if (service === 'ecr') {
    const hasResource = operation !== 'DescribePullThroughCacheRules';
    const resource = hasResource ? `arn:aws:ecr:${region}:${accountId}:repository/${call.repository ?? '*'}` : '*';
    const context = Object.fromEntries([...resourceTags].map(([key, value]) => [`ecr:ResourceTag/${key}`, value]));
    return [{ action: `ecr:${operation}`, resource, context }];
  }
  return call.entries.map(({ busName, source, detailType }) => ({
    action: `events:${operation}`,
    resource: `arn:aws:events:${region}:${accountId}:event-bus/${busName}`,
    context: { 'events:source': source, 'events:detail-type': detailType },
  }));
}

/** What an event source mapping needs of the queue and of its KMS key. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
export function accessOfQueue(
  operation: string,
  { arn, kmsKey }: { readonly arn: string; readonly kmsKey?: string },
): readonly AccessRequest[] {
  const access = { action: `sqs:${operation}`, resource: arn };
  return operation === 'ReceiveMessage' && kmsKey !== undefined
    ? [access, { action: 'kms:Decrypt', resource: kmsKey }]
    : [access];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html */
export const accessOfLog = (
  operation: string,
  { accountId, region }: AccountRegion,
  logGroupName: string,
  logStreamName: string,
): AccessRequest => ({
  action: `logs:${operation}`,
  resource: `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}:log-stream:${logStreamName}`,
});

/** The role of a function, as policies name it. */
export const principalOf = ({ roleArn }: FunctionView): string => `AWS:${roleArn}`;

const EVERYTHING: Statement = { effect: 'Allow', actions: ['*'], resources: ['*'], conditions: {} };

/**
 * Within an account it's enough that one of the two policies allows the access, and that neither denies it:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-id-rdp.html
 * @param resourcePolicy of what is accessed
 * @throws AwsError if the function's role may not do it. A role that isn't in the template, or has managed policies, may do everything else
 */
export function authorize(
  template: Template,
  fn: FunctionView,
  accesses: readonly AccessRequest[],
  resourcePolicy: readonly Statement[],
): void {
  const own = template.statementsOf(fn);
  const isUnknown = own.length === 0 || template.managedPoliciesOf(fn).length > 0;
  const statements = [...(isUnknown ? [EVERYTHING] : own), ...resourcePolicy];
  const role = { principal: principalOf(fn), context: { 'aws:PrincipalArn': fn.roleArn } };
  const forbidden = accesses.find(
    (access) =>
      evaluate(statements, { ...access, ...role, context: { ...access.context, ...role.context } }) !== 'allowed',
  );
  if (!forbidden) return;
  const { action, resource } = forbidden;
  throw new AwsError(
    'AccessDeniedException',
    `${fn.roleArn} is not authorized to perform: ${action} on resource: ${resource}`,
  );
}
