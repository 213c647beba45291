import { App, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';

const app = new App();
const stack = new Stack(app, 'SageMakerAndLambda');

/** The companion that `ecr-oci wait` printed, as `npx cdk deploy -c modelImage=…` passes it. */
function companionOf(key: string) {
  const uri = String(app.node.tryGetContext(key));
  const [, repositoryName, digest] = /^[^/]+\/(.+)@(sha256:[0-9a-f]{64})$/.exec(uri) ?? [];
  if (!repositoryName || !digest) {
    throw new Error(`the context key ${key} is ${uri}; expected an image URI by digest, as ecr-oci wait prints it`);
  }
  return { uri, digest, repository: ecr.Repository.fromRepositoryName(stack, `${key}Repository`, repositoryName) };
}

const modelImage = companionOf('modelImage');
const modelRole = new iam.Role(stack, 'ModelRole', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
modelImage.repository.grantPull(modelRole);
const model = new sagemaker.CfnModel(stack, 'Model', {
  executionRoleArn: modelRole.roleArn,
  primaryContainer: { image: modelImage.uri },
});
// SageMaker reads the manifest with this role when it creates the model.
model.node.addDependency(modelRole);

const functionImage = companionOf('functionImage');
new lambda.DockerImageFunction(stack, 'Function', {
  code: lambda.DockerImageCode.fromEcr(functionImage.repository, { tagOrDigest: functionImage.digest }),
  // An image index has an image for each platform, and its companion the linux/amd64 one.
  architecture: lambda.Architecture.X86_64,
});
