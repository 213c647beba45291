import type { AccountRegion } from '../aws/account-region';
import { asString, type JsonObject, optional } from '../aws/json';

/** The origin of every generated ARN and pseudo parameter. */
export interface Stack extends AccountRegion {
  readonly stackName: string;
}

/** What `Ref` and `Fn::GetAtt` return for one resource. */
export interface Identity {
  readonly ref: string;
  readonly arn?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type Properties = (name: string) => unknown;
type Describe = (name: (property: string) => string, stack: Stack, properties: Properties) => Identity;

const arn = (stack: Stack, service: string, resource: string) =>
  `arn:aws:${service}:${stack.region}:${stack.accountId}:${resource}`;

const withArn = (ref: string, value: string, attributes: Record<string, string> = {}): Identity => ({
  ref,
  arn: value,
  attributes: { Arn: value, ...attributes },
});

/** `Ref` and attributes by type: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html */
const TYPES: Readonly<Record<string, Describe>> = {
  'AWS::SQS::Queue': (name, stack) => {
    const queueName = name('QueueName');
    const url = `https://sqs.${stack.region}.amazonaws.com/${stack.accountId}/${queueName}`;
    return withArn(url, arn(stack, 'sqs', queueName), { QueueName: queueName, QueueUrl: url });
  },
  'AWS::Lambda::Function': (name, stack) => {
    const functionName = name('FunctionName');
    return withArn(functionName, arn(stack, 'lambda', `function:${functionName}`));
  },
  'AWS::Events::Rule': (name, stack, properties) => {
    const bus = optional(properties('EventBusName'), 'EventBusName', asString) ?? 'default';
    const prefix = bus === 'default' ? '' : `${bus.replace(/^.*event-bus\//, '')}/`;
    return withArn(`${prefix.replace('/', '|')}${name('Name')}`, arn(stack, 'events', `rule/${prefix}${name('Name')}`));
  },
  'AWS::Events::EventBus': (name, stack) =>
    withArn(name('Name'), arn(stack, 'events', `event-bus/${name('Name')}`), { Name: name('Name') }),
  'AWS::Logs::LogGroup': (name, stack) =>
    withArn(name('LogGroupName'), arn(stack, 'logs', `log-group:${name('LogGroupName')}:*`)),
  'AWS::IAM::Role': (name, stack) =>
    withArn(name('RoleName'), `arn:aws:iam::${stack.accountId}:role/${name('RoleName')}`, {
      RoleId: 'AROALOCALACCOUNT00000',
    }),
  'AWS::SNS::Topic': (name, stack) => {
    const topic = arn(stack, 'sns', name('TopicName'));
    return { ref: topic, arn: topic, attributes: { TopicArn: topic, TopicName: name('TopicName') } };
  },
  'AWS::KMS::Key': (name, stack) =>
    withArn(name('KeyId'), arn(stack, 'kms', `key/${name('KeyId')}`), { KeyId: name('KeyId') }),
  'AWS::ECR::Repository': (name, stack) => {
    const repository = name('RepositoryName').toLowerCase();
    const uri = `${stack.accountId}.dkr.ecr.${stack.region}.amazonaws.com/${repository}`;
    return withArn(repository, arn(stack, 'ecr', `repository/${repository}`), { RepositoryUri: uri });
  },
  'AWS::CloudWatch::Alarm': (name, stack) =>
    withArn(name('AlarmName'), arn(stack, 'cloudwatch', `alarm:${name('AlarmName')}`)),
};

/** The names of a resource, or nothing for an unknown type. */
export function identify(
  type: string,
  logicalId: string,
  stack: Stack,
  property: (name: string) => unknown,
): Identity | undefined {
  const describe = TYPES[type];
  const name = (key: string) =>
    optional(property(key), `${logicalId}.${key}`, asString) ?? `${stack.stackName}-${logicalId}`;
  return describe?.(name, stack, property);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html */
export const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** The identifier of a stack, as its resources see it. */
export const stackIdOf = (stack: Stack): string =>
  arn(stack, 'cloudformation', `stack/${stack.stackName}/00000000-0000-0000-0000-000000000000`);

/** What `Ref: AWS::…` returns. */
export function pseudoParameters(stack: Stack): JsonObject {
  return {
    'AWS::AccountId': stack.accountId,
    'AWS::Region': stack.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.stackName,
    'AWS::StackId': stackIdOf(stack),
  };
}
