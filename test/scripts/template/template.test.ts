import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import { asObject, type JsonObject } from '../../../local/aws/json';
import { Template } from '../../../local/cloudformation';
import { parseTemplate } from '../../../local/cloudformation/yaml';
import { parameterTable } from '../../../scripts/template/parameter-table';
import { PARAMETERS, type ParameterName } from '../../../scripts/template/parameters';
import { buildTemplate } from '../../../scripts/template/template';
import { toYaml } from '../../../scripts/template/yaml';

const template = buildTemplate();
const yaml = toYaml(template);
const parsed = parseTemplate(yaml, 'template.yaml');
const section = (name: string): JsonObject => asObject(parsed[name], name);

/**
 * CloudFormation deletes a resource whose logical id is gone and creates another: a queue loses its messages, a topic its confirmed
 * subscriptions. Alarms, the dashboard and policies hold nothing and may be replaced.
 */
const KEPT = {
  AlarmTopicKey: 'AWS::KMS::Key',
  AlarmTopic: 'AWS::SNS::Topic',
  AlarmTopicSubscription: 'AWS::SNS::Subscription',
  DeadLetters: 'AWS::SQS::Queue',
  Pushes: 'AWS::SQS::Queue',
  Audits: 'AWS::SQS::Queue',
  Layers: 'AWS::SQS::Queue',
  Logs: 'AWS::Logs::LogGroup',
  Role: 'AWS::IAM::Role',
  Function: 'AWS::Lambda::Function',
  PushesMapping: 'AWS::Lambda::EventSourceMapping',
  AuditsMapping: 'AWS::Lambda::EventSourceMapping',
  RecompressionRole: 'AWS::IAM::Role',
  RecompressionFunction: 'AWS::Lambda::Function',
  RecompressionMapping: 'AWS::Lambda::EventSourceMapping',
  PushRule: 'AWS::Events::Rule',
  AuditRule: 'AWS::Events::Rule',
  RecompressionRule: 'AWS::Events::Rule',
  ReplicationRule: 'AWS::Events::Rule',
  AuditScheduleRule: 'AWS::Events::Rule',
};

test('an update replaces no resource that holds state or a reference from outside', () => {
  const types = new Set(Object.values(KEPT));
  const resources = Object.entries(section('Resources')).map(([id, resource]) => [id, asObject(resource, id).Type]);
  expect(Object.fromEntries(resources.filter(([, type]) => types.has(type as string)))).toEqual(KEPT);
});

test('it needs no transform, bucket, nested stack or custom resource, which StackSets refuse', () => {
  expect(Object.keys(parsed)).toEqual([
    'AWSTemplateFormatVersion',
    'Description',
    'Metadata',
    'Parameters',
    'Rules',
    'Conditions',
    'Resources',
    'Outputs',
  ]);
  const types = Object.values(section('Resources')).map((resource) => String(asObject(resource, 'resource').Type));
  expect(types.filter((type) => !type.startsWith('AWS::') || type.startsWith('AWS::CloudFormation::'))).toEqual([]);
  expect(yaml).not.toMatch(/S3Bucket|cdk-hnb659fds|BootstrapVersion|\.placeholder/);
});

test('it stays within the limits of CloudFormation', () => {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
  expect(Buffer.byteLength(yaml)).toBeLessThan(700_000);
  expect(Object.keys(section('Resources')).length).toBeLessThanOrEqual(500);
  expect(Object.keys(section('Parameters')).length).toBeLessThanOrEqual(200);
  expect(String(parsed.Description).length).toBeLessThanOrEqual(1_024);
  // GetTemplate has a `?` in the place of anything else.
  expect(yaml).toMatch(/^[\n -~]*$/);
});

test('the longest values fit the environment of a function', () => {
  const longest = (name: ParameterName) => PARAMETERS[name]?.maxLength ?? Number.NaN;
  const lists = ['Repositories', 'ExcludedRepositories', 'ExcludedTags', 'CompanionTagSuffix'] as const;
  const parameters = {
    RecompressLayers: 'true',
    Platforms: 'linux/ppc64le,linux/mips64le,linux/riscv64,linux/loong64',
    EventBusArn: `arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/${'b'.repeat(256)}`,
  };
  const deployed = new Template(
    { stackName: 'S', body: parsed, assetDirectory: () => '' },
    { ...LOCAL_ACCOUNT, parameters },
  );
  const characters = deployed.functions.map(({ environment }) => Object.entries(environment).join().length);
  expect(characters).toHaveLength(2);
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
  expect(Math.max(...characters) + lists.reduce((sum, name) => sum + longest(name), 0)).toBeLessThan(4_096);
});

test('the code is in blocks that a person can read, comments included', () => {
  const blocks = yaml.match(/^ +ZipFile: \|\n/gm);
  expect(blocks).toHaveLength(2);
  expect(yaml).toContain(' * What ECR must be told to accept on every read');
  expect(yaml).not.toContain('Fn::');
});

test('every choice makes a difference, and every parameter is used, described and in a group', () => {
  const conditions = Object.keys(section('Conditions')).map((name) => [name, yaml.split(name).length - 2] as const);
  expect(conditions.filter(([, uses]) => uses < 1)).toEqual([]);
  const names = Object.keys(PARAMETERS);
  const used = JSON.stringify([parsed.Conditions, parsed.Resources]);
  expect(names.filter((name) => !used.includes(`{"Ref":"${name}"}`) && !used.includes(`\${${name}}`))).toEqual([]);
  const { ParameterGroups } = asObject(section('Metadata')['AWS::CloudFormation::Interface'], 'Interface');
  expect((ParameterGroups as { Parameters: string[] }[]).flatMap(({ Parameters }) => Parameters)).toEqual(names);
});

test('docs/cloudformation.md has the table of parameters that npm run template writes', () => {
  expect(readFileSync(join(__dirname, '../../../docs/cloudformation.md'), 'utf8')).toContain(parameterTable());
});
