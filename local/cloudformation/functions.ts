import { asNumber, asObject, asString, asStrings, optional } from '../aws/json';
import { readStatements, type Statement } from '../iam/policy';
import { arnOf, type Resource } from './resources';

export interface FunctionView {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly handler: string;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly code: FunctionCode;
  readonly roleArn: string;
  readonly logGroupName: string;
}

export type FunctionCode =
  | { readonly kind: 'inline'; readonly source: string }
  | { readonly kind: 'directory'; readonly path: string };

export const readFunctions = (
  resources: readonly Resource[],
  assetDirectory: (s3Key: string) => string,
): readonly FunctionView[] =>
  resources
    .filter((resource) => resource.type === 'AWS::Lambda::Function' && !isImageFunction(resource))
    .map((fn) => readFunction(fn, assetDirectory));

/** Its code is an image, which nothing here runs. */
export const isImageFunction = (fn: Resource): boolean => fn.get('PackageType') === 'Image';

/** Defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
function readFunction(fn: Resource, assetDirectory: (s3Key: string) => string): FunctionView {
  const { path } = fn;
  const name = fn.identity.ref;
  const environment = asObject(fn.get('Environment') ?? {}, `${path}.Environment`);
  const variables = asObject(environment.Variables ?? {}, `${path}.Environment.Variables`);
  const logging = asObject(fn.get('LoggingConfig') ?? {}, `${path}.LoggingConfig`);
  return {
    logicalId: fn.logicalId,
    name,
    arn: arnOf(fn),
    handler: asString(fn.get('Handler'), `${path}.Handler`),
    runtime: asString(fn.get('Runtime'), `${path}.Runtime`),
    environment: Object.fromEntries(
      Object.entries(variables).map(([key, value]) => [key, asString(value, `${path}.Environment.Variables.${key}`)]),
    ),
    timeoutSeconds: optional(fn.get('Timeout'), `${path}.Timeout`, asNumber) ?? 3,
    memoryMegabytes: optional(fn.get('MemorySize'), `${path}.MemorySize`, asNumber) ?? 128,
    code: readCode(fn, assetDirectory),
    roleArn: asString(fn.get('Role'), `${path}.Role`),
    logGroupName: optional(logging.LogGroup, `${path}.LoggingConfig.LogGroup`, asString) ?? `/aws/lambda/${name}`,
  };
}

function readCode(fn: Resource, assetDirectory: (s3Key: string) => string): FunctionCode {
  const path = `${fn.path}.Code`;
  const code = asObject(fn.get('Code'), path);
  if (code.ZipFile !== undefined) return { kind: 'inline', source: asString(code.ZipFile, `${path}.ZipFile`) };
  return { kind: 'directory', path: assetDirectory(asString(code.S3Key, `${path}.S3Key`)) };
}

/** Every statement of the role's inline policies, and of the policies of this template that are attached to it. */
export function readRoleStatements(resources: readonly Resource[], roleArn: string): readonly Statement[] {
  const role = roleOf(resources, roleArn);
  if (!role) return [];
  const policies = role.get('Policies');
  const inline = (Array.isArray(policies) ? policies : []).map((policy, index) => {
    const at = `${role.path}.Policies[${index}]`;
    return readStatements(asObject(policy, at).PolicyDocument, `${at}.PolicyDocument`);
  });
  const attached = resources
    .filter(({ type }) => type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy')
    .filter((policy) => asStrings(policy.get('Roles') ?? [], `${policy.path}.Roles`).includes(role.identity.ref))
    .map((policy) => readStatements(policy.get('PolicyDocument'), `${policy.path}.PolicyDocument`));
  return [...inline, ...attached].flat();
}

/** The ARNs of the role's managed policies, which are not in the template. */
export const readManagedPolicies = (resources: readonly Resource[], roleArn: string): readonly string[] =>
  asStrings(roleOf(resources, roleArn)?.get('ManagedPolicyArns') ?? [], `${roleArn}: ManagedPolicyArns`);

const roleOf = (resources: readonly Resource[], arn: string): Resource | undefined =>
  resources.find((resource) => resource.type === 'AWS::IAM::Role' && arnOf(resource) === arn);
