import { type App, Fn, PermissionsBoundary, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as signer from 'aws-cdk-lib/aws-signer';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AuditSchedule,
  CompanionTag,
  type OciImageRemediationStackProps,
  RemediationAlarm,
  RepositoryFilter,
} from '../../lib';
import type { ChoiceName } from './choices';
import type { ParameterName } from './parameters';
import { PLACEHOLDERS } from './placeholders';

export type IsOn = (choice: ChoiceName) => boolean;

export const ref = (parameter: ParameterName): string => Fn.ref(parameter);
export const numberRef = (parameter: ParameterName): number => Token.asNumber({ Ref: parameter });

/** The props with which the construct makes what the template has if these choices are on. */
export function propsOf(app: App, isOn: IsOn): OciImageRemediationStackProps {
  // Imported resources need a stack, and that of the service is made of these props. Nothing of this one is in the template.
  const imports = new Stack(app, 'Imports');
  return {
    ...imageProps(isOn),
    ...auditProps(isOn),
    ...monitoringProps(imports, isOn),
    ...functionProps(imports, isOn),
  };
}

const imageProps = (isOn: IsOn): OciImageRemediationStackProps => ({
  repositories: [chosen(isOn)],
  excludedRepositories: isOn('HasExcludedRepositories')
    ? [RepositoryFilter.named(PLACEHOLDERS.ExcludedRepositories)]
    : [],
  companionTag: isOn('HasCompanionTagPrefix')
    ? CompanionTag.prefix(PLACEHOLDERS.CompanionTagPrefix)
    : CompanionTag.suffix(PLACEHOLDERS.CompanionTagSuffix),
  recompressLayers: isOn('RecompressesLayers'),
  includeReplicatedImages: isOn('IncludesReplicatedImages'),
  deleteOrphanedCompanions: isOn('DeletesOrphanedCompanions'),
});

function chosen(isOn: IsOn): RepositoryFilter {
  if (!isOn('ChoosesRepositories')) return RepositoryFilter.all();
  return isOn('HasRepositoryPattern')
    ? RepositoryFilter.matching(`${PLACEHOLDERS.Repositories}*`)
    : RepositoryFilter.named(PLACEHOLDERS.Repositories);
}

const auditProps = (isOn: IsOn): OciImageRemediationStackProps => ({
  auditSchedule: isOn('HasAuditSchedule') ? AuditSchedule.daily() : AuditSchedule.never(),
  alwaysBackfill: isOn('AlwaysBackfills'),
  maxConcurrency: numberRef('MaxConcurrency'),
  putImagesPerSecond: numberRef('PutImagesPerSecond'),
  auditMaxConcurrency: numberRef('AuditMaxConcurrency'),
  auditPutImagesPerSecond: numberRef('AuditPutImagesPerSecond'),
});

const monitoringProps = (imports: Stack, isOn: IsOn): OciImageRemediationStackProps => ({
  ...(isOn('HasAlarmEmail')
    ? { alarmEmail: ref('AlarmEmail') }
    : isOn('HasAlarmTopic') && { alarmTopic: sns.Topic.fromTopicArn(imports, 'Topic', ref('AlarmTopicArn')) }),
  disabledAlarms: isOn('AlarmsOnOciImages') ? [] : [RemediationAlarm.OCI_IMAGES_PUSHED],
  dashboard: isOn('HasDashboard'),
});

/** A name and not an ARN: a stack set gives every account the same parameters, and each has a policy of its own. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces these
const BOUNDARY_ARN = Fn.sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${PermissionsBoundaryName}');

const functionProps = (imports: Stack, isOn: IsOn): OciImageRemediationStackProps => ({
  architecture: lambda.Architecture.custom(ref('Architecture')),
  memorySize: numberRef('MemorySize'),
  tracing: isOn('TracesFunctions') ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
  excludeFromPullTimes: isOn('ExcludesFromPullTimes'),
  ...(isOn('RunsInVpc') && networkProps(imports)),
  ...(isOn('HasPermissionsBoundary') && {
    permissionsBoundary: PermissionsBoundary.fromArn(BOUNDARY_ARN),
  }),
  ...(isOn('HasEncryptionKey') && { encryptionKey: kms.Key.fromKeyArn(imports, 'Key', ref('EncryptionKeyArn')) }),
  ...(isOn('HasEventBus') && { eventBus: events.EventBus.fromEventBusArn(imports, 'Bus', ref('EventBusArn')) }),
  ...(isOn('HasSigningProfile') && {
    signingProfiles: [
      signer.SigningProfile.fromSigningProfileAttributes(imports, 'SigningProfile', {
        signingProfileName: ref('SigningProfileName'),
        signingProfileVersion: 'any',
      }),
    ],
  }),
});

/** The subnets and groups are lists in parameters, which the template's stack sets. */
const networkProps = (imports: Stack): OciImageRemediationStackProps => ({
  vpc: ec2.Vpc.fromVpcAttributes(imports, 'Vpc', {
    vpcId: 'vpc',
    availabilityZones: ['zone'],
    privateSubnetIds: ['subnet'],
  }),
  securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(imports, 'SecurityGroup', 'sg')],
});
