import { App, Duration, Stack } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { OciImageRemediation } from 'cdk-ecr-oci-remediation';

// Yours: each push of this tag is deployed to this SageMaker endpoint, which has to exist.
const REPOSITORY = 'team/app';
const TAG = 'prod';
const ENDPOINT = 'app';

const app = new App();
const stack = new Stack(app, 'ReactToRemediation');
const remediation = new OciImageRemediation(stack, 'Remediation');
const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', REPOSITORY);

const modelRole = new iam.Role(stack, 'ModelRole', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
repository.grantPull(modelRole);

const name = sfn.JsonPath.stringAt('$.name');
const createModel = new tasks.SageMakerCreateModel(stack, 'CreateModel', {
  modelName: name,
  role: modelRole,
  primaryContainer: new tasks.ContainerDefinition({
    // `false`: the repository is known, so the role doesn't have to read all of them.
    image: tasks.DockerImage.fromJsonExpression(sfn.JsonPath.stringAt('$.image'), false),
    mode: tasks.Mode.SINGLE_MODEL,
  }),
  resultPath: sfn.JsonPath.DISCARD,
});
const createConfig = new tasks.SageMakerCreateEndpointConfig(stack, 'CreateEndpointConfig', {
  endpointConfigName: name,
  productionVariants: [
    {
      variantName: 'main',
      modelName: name,
      instanceType: InstanceType.of(InstanceClass.M5, InstanceSize.LARGE),
      initialInstanceCount: 1,
    },
  ],
  resultPath: sfn.JsonPath.DISCARD,
});

// Two pushes may finish in any order. Only the one that the companion tag still names is deployed.
const readCompanion = new tasks.CallAwsService(stack, 'ReadCompanionTag', {
  service: 'ecr',
  action: 'describeImages',
  parameters: { RepositoryName: REPOSITORY, ImageIds: [{ ImageTag: sfn.JsonPath.stringAt('$.companionTag') }] },
  iamResources: [repository.repositoryArn],
  resultSelector: { digest: sfn.JsonPath.stringAt('$.ImageDetails[0].ImageDigest') },
  resultPath: '$.now',
});
const update = new tasks.SageMakerUpdateEndpoint(stack, 'UpdateEndpoint', {
  endpointName: ENDPOINT,
  endpointConfigName: name,
  resultPath: sfn.JsonPath.DISCARD,
});
const isNewest = new sfn.Choice(stack, 'IsNewest')
  .when(sfn.Condition.stringEqualsJsonPath('$.now.digest', '$.digest'), update)
  .otherwise(new sfn.Succeed(stack, 'Superseded'));
// SageMaker rejects an update while another one is at work. By the next try, this one may be superseded.
const waitForUpdate = new sfn.Wait(stack, 'WaitForUpdate', { time: sfn.WaitTime.duration(Duration.minutes(1)) });
update.addCatch(waitForUpdate, { resultPath: '$.rejected' });
waitForUpdate.next(readCompanion);

const deployment = new sfn.StateMachine(stack, 'Deployment', {
  definitionBody: sfn.DefinitionBody.fromChainable(createModel.next(createConfig).next(readCompanion).next(isNewest)),
  timeout: Duration.hours(1),
});

remediation.onRemediation('CompanionReady', {
  eventPattern: { detail: { repository: [REPOSITORY], sourceTag: [TAG], outcome: ['converted', 'aliased'] } },
  target: new SfnStateMachine(deployment, {
    input: RuleTargetInput.fromObject({
      // Each event has its own id. If EventBridge delivers one twice, the second execution fails at CreateModel.
      name: `${ENDPOINT}-${EventField.eventId}`,
      image: EventField.fromPath('$.detail.companionImageUriByDigest'),
      digest: EventField.fromPath('$.detail.companionDigest'),
      companionTag: EventField.fromPath('$.detail.companionTag'),
    }),
  }),
});
