import { App, Duration, PermissionsBoundary, Size, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as signer from 'aws-cdk-lib/aws-signer';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  OciImageRemediation,
  RemediationAlarm,
  RepositoryFilter,
  RepositorySetting,
  UncompressedLayers,
} from 'cdk-ecr-oci-remediation';

const app = new App();
const stack = new Stack(app, 'OciImageRemediation', {
  // Every role of the stack gets this boundary. A policy of this name must exist in the account.
  permissionsBoundary: PermissionsBoundary.fromName('developer-boundary'),
});

// The functions run in subnets without a way to the internet. These endpoints are all they need.
const vpc = new ec2.Vpc(stack, 'Vpc', {
  maxAzs: 2,
  natGateways: 0,
  subnetConfiguration: [{ name: 'Functions', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
});
vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
vpc.addInterfaceEndpoint('Ecr', { service: ec2.InterfaceVpcEndpointAwsService.ECR });
vpc.addInterfaceEndpoint('EventBridge', { service: ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE });

const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
const alarmTopic = new sns.Topic(stack, 'Alarms');
const pager = new sns.Topic(stack, 'Pager');
const companions = new sns.Topic(stack, 'Companions');

const remediation = new OciImageRemediation(stack, 'Remediation', {
  // Which images
  repositories: [
    RepositoryFilter.of(ecr.Repository.fromRepositoryName(stack, 'BaseInference', 'shared/base-inference')),
    RepositoryFilter.named('ml/app'),
    RepositoryFilter.matching('sagemaker/*'),
  ],
  excludedRepositories: [RepositoryFilter.matching('sagemaker/legacy-*')],
  // A multi-platform image also gets `dockerv2-v1-arm64`, for Graviton.
  platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
  // Docker images get a companion too, so pipelines can always deploy the companion tag.
  companionFor: CompanionFor.EVERY_TAG,
  // A team may set the resource tag ecr-oci-remediation:platforms of its repository.
  repositorySettings: [RepositorySetting.PLATFORMS],
  // Images of pull requests are tested, not deployed.
  excludedTags: ['pr-*'],
  includeReplicatedImages: true,
  // Images with zstd or plain tar layers get a companion with gzip layers.
  recompressLayers: true,
  maxRecompressedLayerSize: Size.gibibytes(10),
  // `RELABEL` would keep plain tar layers as they are, which Lambda rejects.
  uncompressedLayers: UncompressedLayers.REFUSE,

  // Companions
  companionTag: CompanionTag.prefix('dockerv2-'),
  // `true` would let the role delete images: read docs/lifecycle.md first.
  deleteOrphanedCompanions: false,
  signingProfiles: [
    new signer.SigningProfile(stack, 'SigningProfile', { platform: signer.Platform.NOTATION_OCI_SHA384_ECDSA }),
  ],

  // Audits
  auditSchedule: AuditSchedule.cron({ hour: '3', minute: '30' }),
  auditWindow: Duration.days(14),
  // `true` would give companions to images of any age, every night.
  alwaysBackfill: false,

  // The share of the account's 10 `PutImage` calls per second: 3 × 1 for pushes, 2 × 0.5 for audits
  maxConcurrency: 3,
  putImagesPerSecond: 1,
  auditMaxConcurrency: 2,
  auditPutImagesPerSecond: 0.5,

  // Alarms and dashboard
  alarmTopic,
  // This team pushes OCI images on purpose, and has an alarm of its own for refusals.
  disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.REFUSED],
  alarmFailedThreshold: 20,
  alarmPushAge: Duration.minutes(10),
  alarmAuditAge: Duration.hours(12),
  alarmRecompressionAge: Duration.hours(6),
  alarmTimeToCompanion: Duration.minutes(2),
  dashboard: true,

  // Your own resources
  role: new iam.Role(stack, 'Role', { assumedBy }),
  recompressionRole: new iam.Role(stack, 'RecompressionRole', { assumedBy }),
  eventBus: new events.EventBus(stack, 'Outcomes'),
  encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
  logGroup: new logs.LogGroup(stack, 'Log', { retention: logs.RetentionDays.ONE_YEAR }),

  // The functions
  architecture: lambda.Architecture.X86_64,
  memorySize: 1024,
  reservedConcurrentExecutions: 5,
  tracing: lambda.Tracing.ACTIVE,
  excludeFromPullTimes: true,
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  securityGroups: [new ec2.SecurityGroup(stack, 'SecurityGroup', { vpc, allowAllOutbound: true })],
});

// A message with the image URI to deploy, as soon as a companion exists
remediation.onRemediation('CompanionReady', {
  eventPattern: { detail: { outcome: ['converted', 'aliased'] } },
  target: new SnsTopic(companions, {
    message: events.RuleTargetInput.fromText(
      `Deploy ${events.EventField.fromPath('$.detail.companionImageUriByDigest')}`,
    ),
  }),
});

// Every alarm goes to `alarmTopic`. This one pages someone, too.
remediation.tryFindAlarm(RemediationAlarm.DEAD_LETTERS)?.addAlarmAction(new SnsAction(pager));

// In place of the alarm that's disabled above: single refusals are the teams' business, many are ours.
remediation
  .metricRefused({ period: Duration.hours(1) })
  .createAlarm(stack, 'ManyRefused', { threshold: 10, evaluationPeriods: 1 })
  .addAlarmAction(new SnsAction(alarmTopic));

// The pipelines may request repairs and audits.
remediation.grantRequestRepair(
  new iam.Role(stack, 'PipelineRole', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') }),
);
