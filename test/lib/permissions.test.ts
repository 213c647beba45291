import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import * as signer from 'aws-cdk-lib/aws-signer';
import { type OciImageRemediation, RepositoryFilter } from '../../lib';
import {
  arn,
  env,
  functionOf,
  newApp,
  newRemediation,
  newStack,
  only,
  queueOf,
  remediationIn,
  templateOf,
} from './support';

const policyOf = (template: Template) => only(template, 'AWS::IAM::Policy');
const statementsOf = (template: Template) => policyOf(template).properties.PolicyDocument.Statement;

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
const allowing = (template: Template, action: string): readonly Statement[] =>
  statementsOf(template).filter(
    ({ Effect, Action }: Statement) => Effect === 'Allow' && [Action].flat().includes(action),
  );
const resourcesOf = (template: Template, action: string) => allowing(template, action).map(({ Resource }) => Resource);

const actionsOf = (template: Template): Set<string> =>
  new Set(statementsOf(template).map(({ Action }: { Action: string | string[] }) => `${Action}`));

describe('with no props', () => {
  let remediation: OciImageRemediation;
  let template: Template;
  beforeAll(() => {
    remediation = newRemediation();
    template = templateOf(remediation);
  });

  test('the function may do this and nothing else', () => {
    const repositories = arn('ecr:eu-north-1:123456789012:repository/*');
    const defaultBus = arn('events:eu-north-1:123456789012:event-bus/default');
    const own = (...detailTypes: string[]) => ({
      StringEquals: { 'events:source': 'ecr-oci-remediation', 'events:detail-type': detailTypes },
    });
    const role = only(template, 'AWS::IAM::Role');
    expect(role.properties).not.toHaveProperty('ManagedPolicyArns');
    expect(role.properties).not.toHaveProperty('Policies');
    expect(policyOf(template).properties).toEqual({
      PolicyName: expect.anything(),
      Roles: [{ Ref: role.id }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: [
              'ecr:BatchGetImage',
              'ecr:GetDownloadUrlForLayer',
              'ecr:DescribeImages',
              'ecr:ListTagsForResource',
              'ecr:GetLifecyclePolicy',
            ],
            Resource: repositories,
          },
          {
            Effect: 'Allow',
            Action: 'ecr:PutImage',
            Resource: repositories,
            Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
          },
          {
            Effect: 'Deny',
            Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
            Resource: '*',
            Condition: { StringEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
          },
          { Effect: 'Allow', Action: 'ecr:DescribeRepositories', Resource: repositories },
          { Effect: 'Allow', Action: 'ecr:DescribePullThroughCacheRules', Resource: '*' },
          {
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: defaultBus,
            Condition: own('Image Remediation', 'Repository Audit Finished'),
          },
          {
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: defaultBus,
            Condition: own('Registry Audit Requested', 'Repository Audit Requested', 'Image Repair Requested'),
          },
          {
            Effect: 'Allow',
            Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
            Resource: [queueOf(template, 'Pushes').arn, queueOf(template, 'Audits').arn],
          },
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: only(template, 'AWS::Logs::LogGroup').arn,
          },
        ],
      },
    });
  });

  test('minimalPolicy has the same statements', () => {
    expect(Stack.of(remediation).resolve(remediation.minimalPolicy)).toEqual(
      policyOf(template).properties.PolicyDocument,
    );
  });
});

describe('with repositories, a bus and a key', () => {
  let template: Template;
  beforeAll(() => {
    const stack = newStack();
    template = templateOf(
      remediationIn(stack, {
        repositories: [
          RepositoryFilter.of(new ecr.Repository(stack, 'Images')),
          RepositoryFilter.named('team/app'),
          RepositoryFilter.matching('ml/*'),
          RepositoryFilter.matching('*/serving'),
        ],
        eventBus: events.EventBus.fromEventBusName(stack, 'Bus', 'outcomes'),
        encryptionKey: new kms.Key(stack, 'Key'),
      }),
    );
  });

  test('images are read and put in these repositories only; the list has all, to find those that match', () => {
    const chosen = [
      only(template, 'AWS::ECR::Repository').arn,
      ...['team/app', 'ml/*', '*/serving'].map((name) => arn(`ecr:eu-north-1:123456789012:repository/${name}`)),
    ];
    expect(resourcesOf(template, 'ecr:BatchGetImage')).toEqual([chosen]);
    expect(resourcesOf(template, 'ecr:PutImage')).toEqual([chosen]);
    expect(resourcesOf(template, 'ecr:DescribeRepositories')).toEqual([
      arn('ecr:eu-north-1:123456789012:repository/*'),
    ]);
  });

  test('outcomes go to the bus, requests to the default bus', () => {
    const buses = ['outcomes', 'default'].map((bus) => arn(`events:eu-north-1:123456789012:event-bus/${bus}`));
    expect(resourcesOf(template, 'events:PutEvents')).toEqual(buses);
  });

  test('the key decrypts messages', () => {
    expect(statementsOf(template).at(-1)).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: only(template, 'AWS::KMS::Key').arn,
    });
  });
});

test('lists no repositories if all are named', () => {
  const template = templateOf(newRemediation({ repositories: [RepositoryFilter.named('team/app')] }));
  expect(allowing(template, 'ecr:DescribeRepositories')).toEqual([]);
});

test('deletes only if orphaned companions are deleted, and not in a repository that opted out', () => {
  const template = templateOf(newRemediation({ deleteOrphanedCompanions: true }));
  expect(allowing(template, 'ecr:BatchDeleteImage')).toMatchObject([
    {
      Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
      Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
    },
  ]);
  expect(allowing(templateOf(newRemediation()), 'ecr:BatchDeleteImage')).toEqual([]);
});

test('may do what Lambda does for it in a VPC and for X-Ray, if they are used', () => {
  const stack = newStack();
  const remediation = remediationIn(stack, {
    vpc: new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }),
    tracing: Tracing.ACTIVE,
  });
  const template = templateOf(remediation);
  const usual = actionsOf(templateOf(newRemediation()));
  const more = statementsOf(template).filter(({ Action }: { Action: string | string[] }) => !usual.has(`${Action}`));
  expect(more).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
  ]);
  expect(stack.resolve(remediation.minimalPolicy)).toEqual(policyOf(template).properties.PolicyDocument);
});

test('may sign, and upload the signatures, only with the signing profiles', () => {
  const stack = newStack();
  const profile = signer.SigningProfile.fromSigningProfileAttributes(stack, 'Profile', {
    signingProfileName: 'release',
    signingProfileVersion: 'abc',
  });
  const uploads = [
    'ecr:BatchCheckLayerAvailability',
    'ecr:InitiateLayerUpload',
    'ecr:UploadLayerPart',
    'ecr:CompleteLayerUpload',
  ];
  const chosen = arn('ecr:eu-north-1:123456789012:repository/team/app');
  const template = templateOf(
    remediationIn(stack, { repositories: [RepositoryFilter.named('team/app')], signingProfiles: [profile] }),
  );
  expect(allowing(template, 'ecr:UploadLayerPart')).toEqual([
    {
      Effect: 'Allow',
      Action: ['ecr:PutImage', ...uploads],
      Resource: chosen,
      Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
    },
  ]);
  expect(resourcesOf(template, 'signer:SignPayload')).toEqual([stack.resolve(profile.signingProfileArn)]);
  const usual = [...actionsOf(templateOf(newRemediation()))].join();
  expect(usual).not.toMatch(/signer|Upload|BatchCheckLayerAvailability/);
});

test('may write to no excluded repository', () => {
  const statements = statementsOf(
    templateOf(
      newRemediation({ excludedRepositories: [RepositoryFilter.matching('tmp/*'), RepositoryFilter.named('ab')] }),
    ),
  );
  expect(statements).toContainEqual({
    Effect: 'Deny',
    Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
    Resource: ['tmp/*', 'ab'].map((name) => arn(`ecr:eu-north-1:123456789012:repository/${name}`)),
  });
});

describe('reading an image', () => {
  const EXCLUSION = 'AWS::ECR::PullTimeUpdateExclusion';

  test('is no pull, before the function reads the first one', () => {
    const template = templateOf(newRemediation());
    const { id, properties } = only(template, EXCLUSION);
    expect(properties).toEqual({ PrincipalArn: only(template, 'AWS::IAM::Role').arn });
    expect(template.findResources('AWS::Lambda::Function')[functionOf(template).id]?.DependsOn).toContain(id);
  });

  test('is a pull if that is chosen', () => {
    templateOf(newRemediation({ excludeFromPullTimes: false })).resourceCountIs(EXCLUSION, 0);
  });
});

describe("with the caller's role", () => {
  const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');

  test('the policy is attached to it, before Lambda checks the permissions', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Mine', { assumedBy });
    const remediation = remediationIn(stack, { role });
    const template = templateOf(remediation);
    const { id, properties } = policyOf(template);
    expect(properties.Roles).toEqual([{ Ref: only(template, 'AWS::IAM::Role').id }]);
    expect(properties.PolicyDocument).toEqual(stack.resolve(remediation.minimalPolicy));
    expect(functionOf(template).properties.Role).toEqual(only(template, 'AWS::IAM::Role').arn);
    expect(template.findResources('AWS::Lambda::Function')[functionOf(template).id]?.DependsOn).toContain(id);
    expect(remediation.grantPrincipal).toBe(role);
  });

  test('the policy is attached to an imported role too', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleName(stack, 'Mine', 'remediation');
    expect(policyOf(templateOf(remediationIn(stack, { role }))).properties.Roles).toEqual(['remediation']);
  });

  test('a role of another stack makes no cycle', () => {
    const app = newApp();
    const role = new iam.Role(new Stack(app, 'Roles', { env }), 'Mine', { assumedBy });
    const template = templateOf(remediationIn(new Stack(app, 'Stack', { env }), { role }));
    expect(policyOf(template).properties.Roles).toHaveLength(1);
    expect(() => app.synth()).not.toThrow();
  });

  test('nothing is attached to a role that must not be changed, and minimalPolicy completes it', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Mine', { assumedBy });
    const remediation = remediationIn(stack, { role: role.withoutPolicyUpdates() });
    expect(templateOf(remediation).findResources('AWS::IAM::Policy')).toEqual({});
    const completed = newStack();
    const mine = new iam.Role(completed, 'Mine', { assumedBy });
    const other = remediationIn(completed, { role: mine.withoutPolicyUpdates() });
    const policy = new iam.ManagedPolicy(completed, 'Policy', { document: other.minimalPolicy, roles: [mine] });
    other.handler.node.addDependency(policy);
    const template = templateOf(other);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    const { id } = only(template, 'AWS::IAM::ManagedPolicy');
    expect(template.findResources('AWS::Lambda::Function')[functionOf(template).id]?.DependsOn).toContain(id);
  });
});

test('someone who may request repairs may put no other events', () => {
  const stack = newStack();
  const remediation = remediationIn(stack, { eventBus: new events.EventBus(stack, 'Bus') });
  const pipeline = new iam.Role(stack, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() });
  expect(remediation.grantRequestRepair(pipeline).success).toBe(true);
  const { properties } = only(templateOf(remediation), 'AWS::IAM::Policy', 'Pipeline');
  expect(properties.PolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: arn('events:eu-north-1:123456789012:event-bus/default'),
      Condition: {
        StringEquals: {
          'events:source': 'ecr-oci-remediation',
          'events:detail-type': ['Registry Audit Requested', 'Repository Audit Requested', 'Image Repair Requested'],
        },
      },
    },
  ]);
});

test('the most repositories that are allowed fit into the inline policies of a role, in the partition with the longest ARNs', () => {
  const stack = new Stack(newApp(), 'Stack', { env: { account: '123456789012', region: 'ap-southeast-1' } });
  const names = Array.from({ length: 69 }, (_, index) => RepositoryFilter.named(`${index}`.padStart(4, 'a')));
  const remediation = remediationIn(stack, {
    repositories: [...names.slice(0, 33), RepositoryFilter.matching('z*')],
    excludedRepositories: names.slice(33),
    deleteOrphanedCompanions: true,
    encryptionKey: new kms.Key(stack, 'Key'),
    eventBus: new events.EventBus(stack, 'Bus'),
    vpc: new ec2.Vpc(stack, 'Vpc', { restrictDefaultSecurityGroup: false }),
    tracing: Tracing.ACTIVE,
    recompressLayers: true,
    signingProfiles: [
      signer.SigningProfile.fromSigningProfileAttributes(stack, 'Profile', {
        signingProfileName: 'x'.repeat(64),
        signingProfileVersion: 'abc',
      }),
    ],
  });
  const policy = JSON.stringify(stack.resolve(remediation.minimalPolicy))
    .replaceAll('{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},"', '"arn:aws-us-gov')
    .replaceAll('"]]}', '"')
    .replace(/\{"Fn::GetAtt":\["(Logs|Remediation)[^}]*\}/g, `"arn${'a'.repeat(180)}"`)
    .replace(/\{"Fn::GetAtt":[^}]*\}/g, `"arn${'a'.repeat(330)}"`);
  expect(policy).not.toMatch(/Fn::|Ref/);
  expect(policy.length).toBeGreaterThan(10_000);
  expect(policy.length).toBeLessThanOrEqual(10_240);
});
