from aws_cdk import App, Duration, PermissionsBoundary, Size, Stack
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_signer as signer
from aws_cdk import aws_sns as sns
from cdk_ecr_oci_remediation import (
    AuditSchedule,
    CompanionFor,
    CompanionTag,
    ImagePlatform,
    OciImageRemediation,
    RemediationAlarm,
    RepositoryFilter,
    RepositorySetting,
    UncompressedLayers,
)

app = App()
stack = Stack(
    app,
    "OciImageRemediation",
    # Every role of the stack gets this boundary. A policy of this name must exist in the account.
    permissions_boundary=PermissionsBoundary.from_name("developer-boundary"),
)

# The functions run in subnets without a way to the internet. These endpoints are all they need.
vpc = ec2.Vpc(
    stack,
    "Vpc",
    max_azs=2,
    nat_gateways=0,
    subnet_configuration=[
        ec2.SubnetConfiguration(name="Functions", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    ],
)
vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
vpc.add_interface_endpoint("Ecr", service=ec2.InterfaceVpcEndpointAwsService.ECR)
vpc.add_interface_endpoint("EventBridge", service=ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE)

assumed_by = iam.ServicePrincipal("lambda.amazonaws.com")
alarm_topic = sns.Topic(stack, "Alarms")
pager = sns.Topic(stack, "Pager")
companions = sns.Topic(stack, "Companions")

remediation = OciImageRemediation(
    stack,
    "Remediation",
    # Which images
    repositories=[
        RepositoryFilter.of(
            ecr.Repository.from_repository_name(stack, "BaseInference", "shared/base-inference")
        ),
        RepositoryFilter.named("ml/app"),
        RepositoryFilter.matching("sagemaker/*"),
    ],
    excluded_repositories=[RepositoryFilter.matching("sagemaker/legacy-*")],
    # A multi-platform image also gets `dockerv2-v1-arm64`, for Graviton.
    platforms=[ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
    # Docker images get a companion too, so pipelines can always deploy the companion tag.
    companion_for=CompanionFor.EVERY_TAG,
    # A team may set the resource tag ecr-oci-remediation:platforms of its repository.
    repository_settings=[RepositorySetting.PLATFORMS],
    # Images of pull requests are tested, not deployed.
    excluded_tags=["pr-*"],
    include_replicated_images=True,
    # Images with zstd or plain tar layers get a companion with gzip layers.
    recompress_layers=True,
    max_recompressed_layer_size=Size.gibibytes(10),
    # `RELABEL` would keep plain tar layers as they are, which Lambda rejects.
    uncompressed_layers=UncompressedLayers.REFUSE,
    # Companions
    companion_tag=CompanionTag.prefix("dockerv2-"),
    # `True` would let the role delete images: read docs/lifecycle.md first.
    delete_orphaned_companions=False,
    signing_profiles=[
        signer.SigningProfile(
            stack, "SigningProfile", platform=signer.Platform.NOTATION_OCI_SHA384_ECDSA
        )
    ],
    # Audits
    audit_schedule=AuditSchedule.cron(hour="3", minute="30"),
    audit_window=Duration.days(14),
    # `True` would give companions to images of any age, every night.
    always_backfill=False,
    # The share of the account's 10 `PutImage` calls per second: 3 x 1 for pushes, 2 x 0.5 for audits
    max_concurrency=3,
    put_images_per_second=1,
    audit_max_concurrency=2,
    audit_put_images_per_second=0.5,
    # Alarms and dashboard
    alarm_topic=alarm_topic,
    # This team pushes OCI images on purpose, and has an alarm of its own for refusals.
    disabled_alarms=[RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.REFUSED],
    alarm_failed_threshold=20,
    alarm_push_age=Duration.minutes(10),
    alarm_audit_age=Duration.hours(12),
    alarm_recompression_age=Duration.hours(6),
    alarm_time_to_companion=Duration.minutes(2),
    dashboard=True,
    # Your own resources
    role=iam.Role(stack, "Role", assumed_by=assumed_by),
    recompression_role=iam.Role(stack, "RecompressionRole", assumed_by=assumed_by),
    event_bus=events.EventBus(stack, "Outcomes"),
    encryption_key=kms.Key(stack, "Key", enable_key_rotation=True),
    log_group=logs.LogGroup(stack, "Log", retention=logs.RetentionDays.ONE_YEAR),
    # The functions
    architecture=lambda_.Architecture.X86_64,
    memory_size=1024,
    reserved_concurrent_executions=5,
    tracing=lambda_.Tracing.ACTIVE,
    exclude_from_pull_times=True,
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
    security_groups=[ec2.SecurityGroup(stack, "SecurityGroup", vpc=vpc, allow_all_outbound=True)],
)

# A message with the image URI to deploy, as soon as a companion exists
image_uri = events.EventField.from_path("$.detail.companionImageUriByDigest")
remediation.on_remediation(
    "CompanionReady",
    event_pattern=events.EventPattern(detail={"outcome": ["converted", "aliased"]}),
    target=targets.SnsTopic(
        companions, message=events.RuleTargetInput.from_text(f"Deploy {image_uri}")
    ),
)

# Every alarm goes to `alarm_topic`. This one pages someone, too.
dead_letters = remediation.try_find_alarm(RemediationAlarm.DEAD_LETTERS)
if dead_letters:
    dead_letters.add_alarm_action(cloudwatch_actions.SnsAction(pager))

# In place of the alarm that's disabled above: single refusals are the teams' business, many are ours.
remediation.metric_refused(period=Duration.hours(1)).create_alarm(
    stack, "ManyRefused", threshold=10, evaluation_periods=1
).add_alarm_action(cloudwatch_actions.SnsAction(alarm_topic))

# The pipelines may request repairs and audits.
remediation.grant_request_repair(
    iam.Role(
        stack, "PipelineRole", assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com")
    )
)

app.synth()
