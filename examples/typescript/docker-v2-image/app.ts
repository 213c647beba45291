import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { DockerV2Image, DockerV2ImageCode, DockerV2ImageSource } from 'cdk-ecr-oci-remediation';

const app = new App();
const stack = new Stack(app, 'DockerV2Image');

// Built and pushed by this deployment. It doesn't matter whether that makes an OCI image, or an index with an attestation.
new lambda.DockerImageFunction(stack, 'Function', {
  code: DockerV2ImageCode.fromImageAsset('image'),
});

// Pushed by a pipeline.
const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'ml/inference');
const image = new DockerV2Image(stack, 'Image', { source: DockerV2ImageSource.fromRepository(repository, '1.4.2') });

const role = new iam.Role(stack, 'ModelRole', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
image.grantPull(role);
const model = new sagemaker.CfnModel(stack, 'Model', {
  executionRoleArn: role.roleArn,
  primaryContainer: image.toContainerDefinition({ environment: { LOG_LEVEL: 'info' } }),
});
model.node.addDependency(role);

new CfnOutput(stack, 'ModelImage', { value: image.imageUri });
