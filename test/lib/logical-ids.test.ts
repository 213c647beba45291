import { Template } from 'aws-cdk-lib/assertions';
import { OciImageRemediationStack } from '../../lib';
import { newApp } from './support';

/**
 * CloudFormation deletes a resource whose logical id is gone and creates another: a queue loses its messages, a topic its
 * confirmed subscriptions. Alarms, the dashboard and policies hold nothing and may be replaced.
 *
 * https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html#identifiers-logical-ids
 */
const KEPT = {
  AlarmTopicKey57B0D3A7: 'AWS::KMS::Key',
  AlarmTopicD01E77F9: 'AWS::SNS::Topic',
  AlarmTopicteamexamplecom934A1A45: 'AWS::SNS::Subscription',
  RemediationDeadLettersB0D79790: 'AWS::SQS::Queue',
  RemediationPushes494D78B9: 'AWS::SQS::Queue',
  RemediationAuditsC8F69BD6: 'AWS::SQS::Queue',
  RemediationLayersD5C0BAEA: 'AWS::SQS::Queue',
  RemediationRecompressionFunction8A7165E5: 'AWS::Lambda::Function',
  RemediationRecompressionMappingE4E8DEF5: 'AWS::Lambda::EventSourceMapping',
  RemediationRecompressionRole824B1FCD: 'AWS::IAM::Role',
  RemediationRecompressionRule77339E0E: 'AWS::Events::Rule',
  RemediationLogs288CA192: 'AWS::Logs::LogGroup',
  RemediationRole0EF99D34: 'AWS::IAM::Role',
  RemediationFunction559AD217: 'AWS::Lambda::Function',
  RemediationPushesMappingE997FF24: 'AWS::Lambda::EventSourceMapping',
  RemediationAuditsMapping10AB5EEC: 'AWS::Lambda::EventSourceMapping',
  RemediationPushRule8CDE4C7D: 'AWS::Events::Rule',
  RemediationAuditRule2584E088: 'AWS::Events::Rule',
  RemediationReplicationRule9FD02C46: 'AWS::Events::Rule',
  RemediationAuditScheduleRule0ED36ED4: 'AWS::Events::Rule',
};

test('an update replaces no resource that holds state or a reference from outside', () => {
  const stack = new OciImageRemediationStack(newApp(), 'Stack', {
    alarmEmail: 'team@example.com',
    includeReplicatedImages: true,
    recompressLayers: true,
  });
  const types = new Set(Object.values(KEPT));
  const resources: [string, { Type: string }][] = Object.entries(Template.fromStack(stack).toJSON().Resources);
  const kept = resources.map(([id, { Type }]) => [id, Type] as const).filter(([, type]) => types.has(type));
  expect(Object.fromEntries(kept)).toEqual(KEPT);
});
