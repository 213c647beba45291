import { type App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OciImageRemediationStack, type OciImageRemediationStackProps, RepositoryFilter } from '../../lib';
import { newApp } from './support';

/** Findings of cdk-nag that are accepted, with the reason. */
const UNAVOIDABLE = {
  id: 'AwsSolutions-IAM5[Resource::*]',
  reason:
    'The pull through cache rules belong to the registry, for which AWS defines no resource, and only their description is allowed. The other statement is a denial.',
};
const ACKNOWLEDGED = [
  {
    id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/*]',
    reason:
      'The default is every repository of the account, including future ones. The repositories prop narrows what may be read and written; an audit must still list all repositories to find those that match a pattern.',
  },
  UNAVOIDABLE,
];

const violations = (app: App) =>
  new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]);

test.each<[string, OciImageRemediationStackProps, typeof ACKNOWLEDGED]>([
  ['all repositories', {}, ACKNOWLEDGED],
  [
    'one repository, with an alarm email',
    { repositories: [RepositoryFilter.named('team/app')], alarmEmail: 'team@example.com' },
    [UNAVOIDABLE],
  ],
])('for %s, cdk-nag finds only what is acknowledged', (_, props, acknowledged) => {
  const app = newApp();
  const stack = new OciImageRemediationStack(app, 'All', props);
  expect(violations(app)).toEqual(acknowledged.map(({ id }) => [id, 'All/Remediation/Policy/Resource']));
  Validations.of(stack.remediation).acknowledge(...acknowledged);
  expect(violations(app)).toEqual([]);
});

describe('with an alarm email', () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(new OciImageRemediationStack(newApp(), 'Stack', { alarmEmail: 'team@example.com' }));
  });

  test('every alarm notifies the topic, which sends an email', () => {
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.resourceCountIs('AWS::CloudWatch::Alarm', 11);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: topic }] });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'team@example.com',
      TopicArn: { Ref: topic },
    });
  });

  test('the topic is encrypted, requires TLS, and lets alarms of the account publish', () => {
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: [
          Match.objectLike({ Action: 'kms:*', Principal: { AWS: Match.anyValue() } }),
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ],
      },
    });
  });
});

test('outputs where to look', () => {
  const template = Template.fromStack(new OciImageRemediationStack(newApp(), 'Stack'));
  const outputs = Object.entries(template.findOutputs('*')).map(([id, { Value }]) => [id, Value]);
  expect(outputs).toEqual([
    ['LogGroupName', { Ref: expect.stringMatching(/^RemediationLogs/) }],
    ['FunctionName', { Ref: expect.stringMatching(/^RemediationFunction/) }],
    ['PushesQueueUrl', { Ref: expect.stringMatching(/^RemediationPushes/) }],
    ['AuditsQueueUrl', { Ref: expect.stringMatching(/^RemediationAudits/) }],
    ['DeadLetterQueueUrl', { Ref: expect.stringMatching(/^RemediationDeadLetters/) }],
    ['DashboardName', { Ref: expect.stringMatching(/^RemediationDashboard/) }],
  ]);
});

test.each(['', 'team', 'a@b, c@d', '@example.com'])('refuses the alarm email %j', (alarmEmail) => {
  expect(() => new OciImageRemediationStack(newApp(), 'Stack', { alarmEmail })).toThrow(
    `alarmEmail of Stack is '${alarmEmail}'; expected one email address`,
  );
});

test('refuses an alarm email together with a topic', () => {
  const app = newApp();
  const topics = new OciImageRemediationStack(app, 'Topics');
  const alarmTopic = sns.Topic.fromTopicArn(topics, 'Topic', 'arn:aws:sns:eu-north-1:123456789012:alarms');
  expect(() => new OciImageRemediationStack(app, 'Stack', { alarmEmail: 'team@example.com', alarmTopic })).toThrow(
    'Stack has alarmEmail and alarmTopic; expected only one of them',
  );
});
