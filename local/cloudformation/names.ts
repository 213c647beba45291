import { asString, type JsonObject, optional } from '../aws/json';

/** Where the stack lives; every generated ARN and pseudo parameter comes from here. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
}

/** What `Ref` and `Fn::GetAtt` give for one resource. */
export interface Identity {
  readonly ref: string;
  readonly arn?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type Properties = (name: string) => unknown;
type Describe = (name: (property: string) => string, place: Place, properties: Properties) => Identity;

const arn = (place: Place, service: string, resource: string) =>
  `arn:aws:${service}:${place.region}:${place.accountId}:${resource}`;

const withArn = (ref: string, value: string, attributes: Record<string, string> = {}): Identity => ({
  ref,
  arn: value,
  attributes: { Arn: value, ...attributes },
});

/** `Ref` and attributes by type: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html */
const TYPES: Readonly<Record<string, Describe>> = {
  'AWS::SQS::Queue': (name, place) => {
    const queueName = name('QueueName');
    const url = `https://sqs.${place.region}.amazonaws.com/${place.accountId}/${queueName}`;
    return withArn(url, arn(place, 'sqs', queueName), { QueueName: queueName, QueueUrl: url });
  },
  'AWS::Lambda::Function': (name, place) => {
    const functionName = name('FunctionName');
    return withArn(functionName, arn(place, 'lambda', `function:${functionName}`));
  },
  'AWS::Events::Rule': (name, place, properties) => {
    const bus = optional(properties('EventBusName'), 'EventBusName', asString) ?? 'default';
    const prefix = bus === 'default' ? '' : `${bus.replace(/^.*event-bus\//, '')}/`;
    return withArn(`${prefix.replace('/', '|')}${name('Name')}`, arn(place, 'events', `rule/${prefix}${name('Name')}`));
  },
  'AWS::Events::EventBus': (name, place) =>
    withArn(name('Name'), arn(place, 'events', `event-bus/${name('Name')}`), { Name: name('Name') }),
  'AWS::Logs::LogGroup': (name, place) =>
    withArn(name('LogGroupName'), arn(place, 'logs', `log-group:${name('LogGroupName')}:*`)),
  'AWS::IAM::Role': (name, place) =>
    withArn(name('RoleName'), `arn:aws:iam::${place.accountId}:role/${name('RoleName')}`, {
      RoleId: 'AROALOCALACCOUNT00000',
    }),
  'AWS::SNS::Topic': (name, place) => {
    const topic = arn(place, 'sns', name('TopicName'));
    return { ref: topic, arn: topic, attributes: { TopicArn: topic, TopicName: name('TopicName') } };
  },
  'AWS::KMS::Key': (name, place) =>
    withArn(name('KeyId'), arn(place, 'kms', `key/${name('KeyId')}`), { KeyId: name('KeyId') }),
  'AWS::ECR::Repository': (name, place) => {
    const repository = name('RepositoryName').toLowerCase();
    const uri = `${place.accountId}.dkr.ecr.${place.region}.amazonaws.com/${repository}`;
    return withArn(repository, arn(place, 'ecr', `repository/${repository}`), { RepositoryUri: uri });
  },
  'AWS::CloudWatch::Alarm': (name, place) =>
    withArn(name('AlarmName'), arn(place, 'cloudwatch', `alarm:${name('AlarmName')}`)),
  'AWS::CloudWatch::CompositeAlarm': (name, place) =>
    withArn(name('AlarmName'), arn(place, 'cloudwatch', `alarm:${name('AlarmName')}`)),
  'AWS::CloudWatch::Dashboard': (name) => ({ ref: name('DashboardName'), attributes: {} }),
  'AWS::Lambda::EventSourceMapping': (name) => ({ ref: name('Id'), attributes: { Id: name('Id') } }),
};

/** The names that the account gives a resource, or nothing for a type it does not know. */
export function identify(
  type: string,
  logicalId: string,
  place: Place,
  property: (name: string) => unknown,
): Identity | undefined {
  const describe = TYPES[type];
  const name = (key: string) =>
    optional(property(key), `${logicalId}.${key}`, asString) ?? `${place.stackName}-${logicalId}`;
  return describe?.(name, place, property);
}

/** What `Ref: AWS::…` gives. */
export function pseudoParameters(place: Place): JsonObject {
  return {
    'AWS::AccountId': place.accountId,
    'AWS::Region': place.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stackName,
    'AWS::StackId': arn(place, 'cloudformation', `stack/${place.stackName}/00000000-0000-0000-0000-000000000000`),
  };
}
