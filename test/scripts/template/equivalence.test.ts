import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, PermissionsBoundary, Size, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as signer from 'aws-cdk-lib/aws-signer';
import * as sns from 'aws-cdk-lib/aws-sns';
import fc from 'fast-check';
import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  OciImageRemediationStack,
  type OciImageRemediationStackProps,
  RemediationAlarm,
  RepositoryFilter,
  UncompressedLayers,
} from '../../../lib';
import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import { asList, asObject, type JsonObject } from '../../../local/aws/json';
import { Resolver } from '../../../local/cloudformation/resolver';
import { readableId } from '../../../scripts/template/stack';
import { buildTemplate } from '../../../scripts/template/template';

const ARN = 'eu-north-1:123456789012';

/** A setting, as parameters of the template and as props of the stack. */
interface Setting {
  readonly parameters: Readonly<Record<string, string>>;
  readonly props: (imports: Stack) => OciImageRemediationStackProps;
}

const setting = (
  parameters: Setting['parameters'],
  props: OciImageRemediationStackProps | Setting['props'],
): Setting => ({ parameters, props: typeof props === 'function' ? props : () => props });

/** Each alternative of each group may be combined with any of the other groups. */
const GROUPS: readonly (readonly Setting[])[] = [
  [
    setting({ Repositories: 'team/app' }, { repositories: [RepositoryFilter.named('team/app')] }),
    setting(
      { Repositories: '*/app,team/*/x,ml/tool' },
      {
        repositories: [
          RepositoryFilter.matching('*/app'),
          RepositoryFilter.matching('team/*/x'),
          RepositoryFilter.named('ml/tool'),
        ],
      },
    ),
  ],
  [
    setting(
      { ExcludedRepositories: 'cache/*,team/legacy' },
      { excludedRepositories: [RepositoryFilter.matching('cache/*'), RepositoryFilter.named('team/legacy')] },
    ),
  ],
  [setting({ CompanionTagSuffix: '', CompanionTagPrefix: 'v2s2-' }, { companionTag: CompanionTag.prefix('v2s2-') })],
  [
    setting(
      { Platforms: 'linux/arm64,linux/amd64' },
      { platforms: [ImagePlatform.LINUX_ARM64, ImagePlatform.LINUX_AMD64] },
    ),
  ],
  [
    setting(
      { CompanionFor: 'every-tag', UncompressedLayers: 'relabel', ExcludedTags: 'pr-*,cache' },
      {
        companionFor: CompanionFor.EVERY_TAG,
        uncompressedLayers: UncompressedLayers.RELABEL,
        excludedTags: ['pr-*', 'cache'],
      },
    ),
  ],
  [
    setting(
      { RecompressLayers: 'true', MaxRecompressedLayerBytes: '1024' },
      { recompressLayers: true, maxRecompressedLayerSize: Size.kibibytes(1) },
    ),
  ],
  [setting({ IncludeReplicatedImages: 'true' }, { includeReplicatedImages: true })],
  [setting({ DeleteOrphanedCompanions: 'true' }, { deleteOrphanedCompanions: true })],
  [
    setting({ AuditSchedule: '' }, { auditSchedule: AuditSchedule.never() }),
    setting({ AuditSchedule: 'rate(12 hours)' }, { auditSchedule: AuditSchedule.rate(Duration.hours(12)) }),
  ],
  [
    setting(
      { AuditWindowDays: '30', AlwaysBackfill: 'true' },
      { auditWindow: Duration.days(30), alwaysBackfill: true },
    ),
  ],
  [
    setting(
      { MaxConcurrency: '3', PutImagesPerSecond: '1.5', AuditMaxConcurrency: '4', AuditPutImagesPerSecond: '1' },
      { maxConcurrency: 3, putImagesPerSecond: 1.5, auditMaxConcurrency: 4, auditPutImagesPerSecond: 1 },
    ),
  ],
  [
    setting({ AlarmEmail: 'team@example.com' }, { alarmEmail: 'team@example.com' }),
    setting({ AlarmTopicArn: `arn:aws:sns:${ARN}:alarms` }, (imports) => ({
      alarmTopic: sns.Topic.fromTopicArn(imports, 'Topic', `arn:aws:sns:${ARN}:alarms`),
    })),
  ],
  [setting({ CreateOciImagesPushedAlarm: 'false' }, { disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED] })],
  [setting({ CreateDashboard: 'false' }, { dashboard: false })],
  [
    setting(
      { Architecture: 'x86_64', MemorySize: '1024', TraceFunctions: 'true' },
      { architecture: lambda.Architecture.X86_64, memorySize: 1024, tracing: lambda.Tracing.ACTIVE },
    ),
  ],
  [
    setting(
      { PermissionsBoundaryName: 'team/boundary' },
      { permissionsBoundary: PermissionsBoundary.fromName('team/boundary') },
    ),
  ],
  [
    setting({ SubnetIds: 'subnet-11111111,subnet-22222222', SecurityGroupIds: 'sg-33333333' }, (imports) => ({
      vpc: ec2.Vpc.fromVpcAttributes(imports, 'Vpc', {
        vpcId: 'vpc-44444444',
        availabilityZones: ['a', 'b'],
        privateSubnetIds: ['subnet-11111111', 'subnet-22222222'],
      }),
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(imports, 'Group', 'sg-33333333')],
    })),
  ],
  [
    setting({ EncryptionKeyArn: `arn:aws:kms:${ARN}:key/k` }, (imports) => ({
      encryptionKey: kms.Key.fromKeyArn(imports, 'Key', `arn:aws:kms:${ARN}:key/k`),
    })),
  ],
  [
    setting({ EventBusArn: `arn:aws:events:${ARN}:event-bus/outcomes` }, (imports) => ({
      eventBus: events.EventBus.fromEventBusArn(imports, 'Bus', `arn:aws:events:${ARN}:event-bus/outcomes`),
    })),
  ],
  [
    setting({ SigningProfileName: 'release' }, (imports) => ({
      signingProfiles: [
        signer.SigningProfile.fromSigningProfileAttributes(imports, 'Profile', {
          signingProfileName: 'release',
          signingProfileVersion: '1',
        }),
      ],
    })),
  ],
  [setting({ ExcludeFromPullTimes: 'false' }, { excludeFromPullTimes: false })],
];

const template = buildTemplate();

const CASES: [string, readonly Setting[]][] = [
  ['defaults', []],
  ...GROUPS.flat().map((one): [string, readonly Setting[]] => [JSON.stringify(one.parameters), [one]]),
  ['the first of each group', GROUPS.flatMap((group) => group.slice(0, 1))],
  ['the last of each group', GROUPS.flatMap((group) => group.slice(-1))],
];

test.each(CASES)('with %s, the template makes what the stack has', (_, settings) => expectSame(settings));

test('with any combination, the template makes what the stack has', () => {
  const any = fc.tuple(...GROUPS.map((group) => fc.option(fc.constantFrom(...group), { nil: undefined })));
  fc.assert(
    fc.property(any, (settings) => expectSame(settings.filter((one) => one !== undefined))),
    { seed: 1, numRuns: 8 },
  );
});

function expectSame(settings: readonly Setting[]): void {
  const parameters = Object.assign({}, ...settings.map((one) => one.parameters));
  expect(evaluate(template, parameters)).toEqual(evaluate(stackWith(settings)));
}

/** The stack's template, with the ids of the plain one. */
function stackWith(settings: readonly Setting[]): JsonObject {
  const app = new App({ analyticsReporting: false, treeMetadata: false, builtinCloudFormationValidation: false });
  const imports = new Stack(app, 'Imports');
  const props = Object.assign({}, ...settings.map((one) => one.props(imports)));
  new OciImageRemediationStack(app, 'Stack', props);
  const body = app.synth().getStackByName('Stack').template;
  const ids = Object.keys(body.Resources);
  return JSON.parse(
    JSON.stringify(body).replace(/[A-Za-z0-9]+/g, (word) =>
      ids.includes(word) ? readableId(word).replace(/^AlarmTopicteam.*/, 'AlarmTopicSubscription') : word,
    ),
  );
}

/** What CloudFormation would create. */
function evaluate(body: JsonObject, parameters: Record<string, string> = {}): JsonObject {
  const resolver = new Resolver(body, { ...LOCAL_ACCOUNT, stackName: 'S' }, parameters);
  const resources = Object.entries(asObject(body.Resources, 'Resources')).flatMap(([id, value]) => {
    const { Condition, Properties, DependsOn, Metadata, ...others } = asObject(value, id);
    if (Condition !== undefined && !resolver.condition(String(Condition))) return [];
    const { Code, ...properties } = asObject(Properties, id);
    const after = dependenciesOf(DependsOn, Metadata, resolver).filter(
      (other) => !JSON.stringify(properties).includes(`{"Fn::GetAtt":["${other}"`),
    );
    return [[id, { ...others, after, Properties: alike(resolver.resolve(properties, id)) }]];
  });
  return Object.fromEntries(resources);
}

/** What must exist before: the plain template says that of an optional resource by a reference in the metadata. */
function dependenciesOf(dependsOn: unknown, metadata: unknown, resolver: Resolver): string[] {
  const references = asList(asObject(metadata ?? {}, 'Metadata').DependsOn ?? [], 'Metadata.DependsOn');
  const optional = references.flatMap((reference) => {
    const [condition, yes] = asList(asObject(reference, 'reference')['Fn::If'], 'Fn::If');
    return resolver.condition(String(condition)) ? [String(asObject(yes, 'Fn::If').Ref)] : [];
  });
  return [...asList(dependsOn ?? [], 'DependsOn').map(String), ...optional].sort();
}

/**
 * CloudFormation takes `"2"` for 2, AWS a list of one for its element, and an alarm an empty list of actions for none. The matchers of repositories are prefixes in the template, and the
 * function leaves alone what they match too much.
 */
function alike(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => (key === 'repository-name' ? prefixOf(item) : alike(item)));
    return ['Action', 'Resource'].includes(key) && items.length === 1 ? items[0] : items;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([name, entry]) => !(name === 'AlarmActions' && entry.length === 0));
  return Object.fromEntries(entries.map(([name, entry]) => [name, alike(entry, name)]));
}

function prefixOf(matcher: unknown): unknown {
  if (typeof matcher === 'string') return { prefix: matcher };
  const { wildcard, ...others } = asObject(matcher, 'repository-name');
  return wildcard === undefined ? others : { prefix: String(wildcard).replace(/\*.*/, '') };
}

test.each(['remediate', 'recompress'])('the code of %s is that of the asset', (asset) => {
  const id = asset === 'remediate' ? 'Function' : 'RecompressionFunction';
  const resource = asObject(asObject(template.Resources, 'Resources')[id], id);
  const code = readFileSync(join(__dirname, '../../../assets', asset, 'index.js'), 'utf8');
  expect(asObject(resource.Properties, id).Code).toEqual({ ZipFile: code });
});
