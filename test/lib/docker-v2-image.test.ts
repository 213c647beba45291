import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnParameter, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  DockerV2Image,
  DockerV2ImageCode,
  type DockerV2ImageProps,
  DockerV2ImageSource,
  ImagePlatform,
  UncompressedLayers,
} from '../../lib';
import { env, newApp, newStack, only } from './support';

const directory = mkdtempSync(join(tmpdir(), 'docker-v2-image-lib-'));
writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n');
afterAll(() => rmSync(directory, { recursive: true }));

const DIGEST = `sha256:${'0'.repeat(64)}`;
const HOST = '123456789012.dkr.ecr.eu-north-1.amazonaws.com';

let stack: Stack;
beforeEach(() => {
  stack = newStack();
});

const repository = (name = 'team/app') => ecr.Repository.fromRepositoryName(stack, `Repository-${name}`, name);
const imageOf = (source: DockerV2ImageSource, props: Partial<DockerV2ImageProps> = {}, id = 'Image') =>
  new DockerV2Image(stack, id, { source, ...props });
const tagged = (props: Partial<DockerV2ImageProps> = {}) =>
  imageOf(DockerV2ImageSource.fromRepository(repository(), 'v1'), props);
const template = () => Template.fromStack(stack);
const custom = (id = '') => only(template(), 'Custom::DockerV2Image', id);
const byDigest = (name: string, id = custom().id) => ({
  'Fn::Join': [
    '',
    [
      `${HOST.replace('amazonaws.com', '')}`,
      { Ref: 'AWS::URLSuffix' },
      `/${name}@sha256:`,
      { 'Fn::GetAtt': [id, 'DigestHex'] },
    ],
  ],
});
const statements = () =>
  only(template(), 'AWS::IAM::Policy', 'DockerV2ImageProvider').properties.PolicyDocument.Statement;
const arnOf = (name: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-north-1:123456789012:repository/${name}`]],
});

describe('the source', () => {
  test('asset: its tag is new for each content, and so is the companion tag, which cdk gc finds in the template', () => {
    const asset = new DockerImageAsset(stack, 'Asset', { directory });
    imageOf(DockerV2ImageSource.fromAsset(asset));
    imageOf(DockerV2ImageSource.fromAsset(asset), { platform: ImagePlatform.LINUX_ARM_V7 }, 'Arm');
    expect(custom('Image').properties).toMatchObject({
      Reference: asset.assetHash,
      CompanionTag: `${asset.assetHash}-dockerv2-image`,
    });
    expect(custom('Arm').properties).toMatchObject({
      CompanionTag: `${asset.assetHash}-armv7-dockerv2-image`,
      Platform: 'linux/arm/v7',
    });
  });

  test.each([
    [`${HOST}/team/app:v1`, 'v1'],
    [`${HOST}/team/app@${DIGEST}`, DIGEST],
    [`${HOST}/team/app:v1@${DIGEST}`, DIGEST],
    ['123456789012.dkr-ecr.eu-north-1.on.aws/team/app:v1', 'v1'],
  ])('URI: %s', (uri, reference) => {
    const { imageUri } = imageOf(DockerV2ImageSource.fromUri(uri));
    expect(custom().properties).toMatchObject({ RepositoryArn: arnOf('team/app'), Reference: reference });
    expect(stack.resolve(imageUri)).toEqual(byDigest('team/app'));
  });

  test('tag of a parameter: the function finds out whether it is a digest', () => {
    const tag = new CfnParameter(stack, 'Tag').valueAsString;
    imageOf(DockerV2ImageSource.fromRepository(repository(), tag));
    expect(custom().properties.Reference).toEqual({ Ref: 'Tag' });
  });

  test.each([
    [
      'public.ecr.aws/docker/library/python:3',
      "image URI 'public.ecr.aws/docker/library/python:3' is not valid; expected an image of Amazon ECR",
    ],
    [`${HOST}/team/app`, `image URI '${HOST}/team/app' has no tag and no digest`],
    [`${HOST}/Team/app:v1`, 'is not valid'],
  ])('must not be the URI %s', (uri, message) => {
    expect(() => DockerV2ImageSource.fromUri(uri)).toThrow(message);
  });

  test('must not be a URI that is known only at deployment', () => {
    expect(() => DockerV2ImageSource.fromUri(repository().repositoryUriForTag('v1'))).toThrow(
      'the image URI is a token, whose value is known only at deployment',
    );
  });

  test('must have a tag', () => {
    expect(() => DockerV2ImageSource.fromRepository(repository(), '')).toThrow(
      "tagOrDigest is empty; expected a tag such as 'v1'",
    );
  });

  test.each([
    ['Region', '123456789012', 'eu-west-1'],
    ['account', '210987654321', 'eu-north-1'],
  ])('must not be in another %s', (_, account, region) => {
    const message = `the image of Stack/Image is in the account ${account} and the Region ${region}; expected 123456789012 and eu-north-1, where the stack is. Copy the image there first, for example with cdk-ecr-deployment, and use the copy`;
    expect(() =>
      imageOf(DockerV2ImageSource.fromUri(`${account}.dkr.ecr.${region}.amazonaws.com/team/app:v1`)),
    ).toThrow(message);
    const elsewhere = new Stack(newApp(), 'Elsewhere', { env });
    const arn = `arn:aws:ecr:${region}:${account}:repository/team/app`;
    const imported = ecr.Repository.fromRepositoryArn(elsewhere, 'Repository', arn);
    expect(
      () => new DockerV2Image(elsewhere, 'Image', { source: DockerV2ImageSource.fromRepository(imported, 'v1') }),
    ).toThrow('Copy the image there first');
  });
});

test('the source must not be the repository of a stack in another Region', () => {
  const app = newApp();
  const there = new Stack(app, 'There', { env: { ...env, region: 'eu-west-1' } });
  const source = DockerV2ImageSource.fromRepository(new ecr.Repository(there, 'Own'), 'v1');
  expect(() => new DockerV2Image(new Stack(app, 'Here', { env }), 'Image', { source })).toThrow(
    'the image of Here/Image is in the account 123456789012 and the Region eu-west-1',
  );
});

describe('the custom resource', () => {
  test('asks for what the props say', () => {
    tagged({
      platform: ImagePlatform.LINUX_ARM64,
      uncompressedLayers: UncompressedLayers.RELABEL,
      recompressLayers: true,
      maxRecompressedLayerSize: Size.gibibytes(1),
    });
    expect(custom().properties).toEqual({
      ServiceToken: only(template(), 'AWS::Lambda::Function').arn,
      ServiceTimeout: '3600',
      RepositoryArn: arnOf('team/app'),
      Reference: 'v1',
      Platform: 'linux/arm64',
      UncompressedLayers: 'relabel',
      MaxRecompressedLayerBytes: '1073741824',
    });
  });

  test('is retained, waits for the permissions, and recompresses nothing by default', () => {
    tagged();
    const [resource] = Object.values(template().findResources('Custom::DockerV2Image'));
    expect(resource).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      DependsOn: [only(template(), 'AWS::IAM::Policy').id],
    });
    expect(resource?.Properties).not.toHaveProperty('MaxRecompressedLayerBytes');
    expect(resource?.Properties.ServiceTimeout).toBe('600');
  });

  test('takes no size of 0', () => {
    expect(() => tagged({ maxRecompressedLayerSize: Size.bytes(0) })).toThrow(
      'maxRecompressedLayerSize of Stack/Image is 0 bytes; expected a Size above 0',
    );
  });
});

describe('the function', () => {
  test('is one for all images of a stack, and reads and puts images of their repositories only', () => {
    for (const name of ['a', 'b']) imageOf(DockerV2ImageSource.fromRepository(repository(name), 'v1'), {}, name);
    template().resourceCountIs('AWS::Lambda::Function', 1);
    expect(statements()).toEqual([
      {
        Effect: 'Allow',
        Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:DescribeImages', 'ecr:ListTagsForResource'],
        Resource: [arnOf('a'), arnOf('b')],
      },
      {
        Effect: 'Allow',
        Action: 'ecr:PutImage',
        Condition: { StringNotEquals: { 'ecr:ResourceTag/ecr-oci-remediation': 'disabled' } },
        Resource: [arnOf('a'), arnOf('b')],
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: only(template(), 'AWS::Logs::LogGroup').arn,
      },
    ]);
  });

  test('uploads layers only to repositories of which an image is recompressed, and has two vCPUs then', () => {
    imageOf(DockerV2ImageSource.fromRepository(repository('a'), 'v1'), {}, 'a');
    expect(only(template(), 'AWS::Lambda::Function').properties).toMatchObject({ MemorySize: 512, Timeout: 120 });
    stack = newStack();
    imageOf(DockerV2ImageSource.fromRepository(repository('a'), 'v1'), {}, 'a');
    imageOf(DockerV2ImageSource.fromRepository(repository('b'), 'v1'), { recompressLayers: true }, 'b');
    expect(only(template(), 'AWS::Lambda::Function').properties).toMatchObject({ MemorySize: 3538, Timeout: 900 });
    expect(statements()[3]).toMatchObject({
      Action: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:InitiateLayerUpload',
        'ecr:UploadLayerPart',
        'ecr:CompleteLayerUpload',
      ],
      Resource: arnOf('b'),
    });
  });
});

describe('the image', () => {
  test('is what a SageMaker model, a Lambda function and an ECS task get, by digest', () => {
    const image = tagged();
    new sagemaker.CfnModel(stack, 'Model', {
      executionRoleArn: 'arn:aws:iam::123456789012:role/model',
      primaryContainer: image.toContainerDefinition({ modelDataUrl: 's3://bucket/model.tar.gz' }),
    });
    new lambda.DockerImageFunction(stack, 'Function', { code: image.toLambdaCode({ cmd: ['app.handler'] }) });
    new ecs.FargateTaskDefinition(stack, 'Task').addContainer('Container', { image: image.toContainerImage() });
    const uri = byDigest('team/app');
    expect(only(template(), 'AWS::SageMaker::Model').properties.PrimaryContainer).toEqual({
      Image: uri,
      ModelDataUrl: 's3://bucket/model.tar.gz',
    });
    expect(only(template(), 'AWS::Lambda::Function', 'Function').properties).toMatchObject({
      PackageType: 'Image',
      Code: { ImageUri: uri },
      ImageConfig: { Command: ['app.handler'] },
    });
    const [container] = only(template(), 'AWS::ECS::TaskDefinition').properties.ContainerDefinitions;
    expect(container.Image).toEqual(uri);
    expect(stack.resolve(image.mediaType)).toEqual({ 'Fn::GetAtt': [custom().id, 'MediaType'] });
  });

  test('lets a role pull it', () => {
    const image = tagged();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    image.grantPull(role);
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
            Effect: 'Allow',
            Resource: arnOf('team/app'),
          },
          { Action: 'ecr:GetAuthorizationToken', Effect: 'Allow', Resource: '*' },
        ],
      },
    });
  });

  test('of a repository in the stack: Lambda may pull it, as with DockerImageCode.fromEcr', () => {
    const own = new ecr.Repository(stack, 'Own');
    const image = imageOf(DockerV2ImageSource.fromRepository(own, 'v1'));
    new lambda.DockerImageFunction(stack, 'Function', { code: image.toLambdaCode() });
    const { RepositoryPolicyText } = only(template(), 'AWS::ECR::Repository').properties;
    expect(RepositoryPolicyText.Statement[0].Principal).toEqual({ Service: 'lambda.amazonaws.com' });
  });
});

describe('DockerV2ImageCode.fromImageAsset', () => {
  test('is a drop-in for that of the CDK: the same asset, another image', () => {
    const plain = newStack();
    const architecture = lambda.Architecture.ARM_64;
    new lambda.DockerImageFunction(plain, 'Function', {
      code: lambda.DockerImageCode.fromImageAsset(directory),
      architecture,
    });
    const before = only(Template.fromStack(plain), 'AWS::Lambda::Function');
    new lambda.DockerImageFunction(stack, 'Function', {
      code: DockerV2ImageCode.fromImageAsset(directory, { cmd: ['x'], recompressLayers: true }),
      architecture,
    });
    const { id, properties } = only(template(), 'AWS::Lambda::Function', 'Function');
    const { Reference, CompanionTag, Platform, MaxRecompressedLayerBytes } = custom().properties;
    expect(JSON.stringify(before.properties.Code)).toContain(Reference);
    expect([id, CompanionTag, Platform]).toEqual([before.id, `${Reference}-arm64-dockerv2-image`, 'linux/arm64']);
    expect(MaxRecompressedLayerBytes).toBe('21474836480');
    expect(properties.ImageConfig).toEqual({ Command: ['x'] });
    expect(JSON.stringify(properties.Code)).toContain('DigestHex');
  });

  test('names the asset in the metadata, for tools such as the SAM CLI', () => {
    stack.node.setContext('aws:cdk:enable-asset-metadata', true);
    new lambda.DockerImageFunction(stack, 'Function', { code: DockerV2ImageCode.fromImageAsset(directory) });
    const [fn] = Object.values(
      template().findResources('AWS::Lambda::Function', { Properties: { PackageType: 'Image' } }),
    );
    expect(fn?.Metadata).toMatchObject({
      'aws:asset:path': `asset.${custom().properties.Reference}`,
      'aws:asset:property': 'Code.ImageUri',
    });
  });

  test('one code can serve several functions', () => {
    const code = DockerV2ImageCode.fromImageAsset(directory);
    for (const id of ['One', 'Two']) new lambda.DockerImageFunction(stack, id, { code });
    template().resourceCountIs('Custom::DockerV2Image', 2);
  });
});

test('cdk-nag finds nothing', () => {
  const app = newApp();
  const within = new Stack(app, 'Nag', { env });
  const source = DockerV2ImageSource.fromRepository(ecr.Repository.fromRepositoryName(within, 'R', 'team/app'), 'v1');
  new DockerV2Image(within, 'Image', { source, recompressLayers: true });
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});
