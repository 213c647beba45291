import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import {
  DockerV2Image,
  DockerV2ImageCode,
  type DockerV2ImageProps,
  DockerV2ImageSource,
  ImagePlatform,
} from '../../lib';
import { LocalAccount } from '../../local/account/account';
import { asObject, asString } from '../../local/aws/json';
import { buildxIndex, dockerDesktopImage, dockerImage, zstdImage } from '../../local/images/catalogue';
import type { Package } from '../../local/images/package';
import { RegistryClient } from '../../local/images/registry-client';
import { DOCKER } from '../support/manifests';

const directory = mkdtempSync(join(tmpdir(), 'docker-v2-image-'));
const REPOSITORY = 'team/app';
const ASSETS = 'cdk-hnb659fds-container-assets-123456789012-eu-north-1';
let account: LocalAccount;
let registry: RegistryClient;
let apps = 0;

afterEach(() => account?.stop());
afterAll(() => rmSync(directory, { recursive: true }));

/** @returns the directory of the cloud assembly */
function synthesize(build: (stack: Stack) => void): string {
  apps += 1;
  const app = new App({ outdir: join(directory, String(apps)), builtinCloudFormationValidation: false });
  build(new Stack(app, 'App'));
  return app.synth().directory;
}

const sourceOf = (stack: Stack, reference: string) =>
  DockerV2ImageSource.fromRepository(ecr.Repository.fromRepositoryName(stack, `Of${reference}`, REPOSITORY), reference);

/** A model for each tag, as SageMaker gets it. */
const models = (tags: readonly string[], props: Partial<DockerV2ImageProps> = {}) =>
  synthesize((stack) => {
    for (const tag of tags) {
      const image = new DockerV2Image(stack, `Image${tag}`, { source: sourceOf(stack, tag), ...props });
      new sagemaker.CfnModel(stack, `Model${tag}`, {
        executionRoleArn: 'arn:aws:iam::123456789012:role/model',
        primaryContainer: image.toContainerDefinition({ environment: { TAG: tag } }),
      });
    }
  });

async function start(assembly: string): Promise<void> {
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
  registry = new RegistryClient(account.endpoint);
}

const push = (tag: string, image: Package, repository = REPOSITORY) => registry.push(repository, tag, image);
const requests = () => account.stack.events.map(({ type, status }) => `${type} ${status}`);
const calls = () => account.calls.map(({ operation }) => operation);
const resources = (type: string) =>
  account.template.resources.filter((one) => one.type === type).map((one) => one.getAll());
const imageOfModel = (at = 0) =>
  asString(asObject(resources('AWS::SageMaker::Model')[at]?.PrimaryContainer, 'model').Image, 'model');
const digestIn = (uri: string) => uri.split('@')[1] ?? '';
const manifestOf = (uri: string, repository = REPOSITORY) => account.ecr.manifest(repository, digestIn(uri));

describe('an app with a Lambda function and a SageMaker model', () => {
  /** Its Dockerfile is new for each text, and so is the asset. */
  const app = (text: string, code: 'DockerV2Image' | 'the CDK alone' = 'DockerV2Image') => {
    const source = mkdtempSync(join(directory, 'source-'));
    writeFileSync(join(source, 'Dockerfile'), `FROM scratch\n# ${text}\n`);
    return synthesize((stack) => {
      new lambda.DockerImageFunction(stack, 'Function', {
        code: (code === 'DockerV2Image' ? DockerV2ImageCode : lambda.DockerImageCode).fromImageAsset(source),
      });
      const image = new DockerV2Image(stack, 'Image', { source: sourceOf(stack, 'v1') });
      const role = new iam.Role(stack, 'ModelRole', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
      image.grantPull(role);
      new sagemaker.CfnModel(stack, 'Model', {
        executionRoleArn: role.roleArn,
        primaryContainer: image.toContainerDefinition(),
      });
    });
  };
  /** Pushes what `cdk deploy` would build and push. */
  const publish = async (assembly: string, image: Package): Promise<string> => {
    const { dockerImages } = JSON.parse(readFileSync(join(assembly, 'App.assets.json'), 'utf8'));
    const [tag = ''] = Object.keys(dockerImages);
    await push(tag, image, ASSETS);
    return tag;
  };
  const imageOfFunction = () => {
    const [fn] = resources('AWS::Lambda::Function').filter(({ PackageType }) => PackageType === 'Image');
    return asString(asObject(fn?.Code, 'function').ImageUri, 'function');
  };
  const begin = async (assembly: string) => {
    await start(assembly);
    // As bootstrapping creates it.
    account.ecr.createRepository(ASSETS, { imageTagMutability: 'IMMUTABLE' });
  };

  test('gets Docker images by digest, although its builder pushes an index; an update changes only what has changed', async () => {
    const first = app('first');
    await begin(first);
    const tag = await publish(first, await buildxIndex('image manifest', 'first'));
    await push('v1', await dockerDesktopImage());
    expect(await account.deploy()).toEqual({ status: 'CREATE_COMPLETE' });
    expect(requests()).toEqual(['Create SUCCESS', 'Create SUCCESS']);
    expect(imageOfFunction()).toMatch(`123456789012.dkr.ecr.eu-north-1.amazonaws.com/${ASSETS}@sha256:`);
    expect(manifestOf(imageOfFunction(), ASSETS)?.mediaType).toBe(DOCKER.manifest);
    expect(manifestOf(imageOfModel())?.mediaType).toBe(DOCKER.manifest);
    expect(account.ecr.tags(ASSETS).get(`${tag}-dockerv2-image`)).toBe(digestIn(imageOfFunction()));
    expect(account.ecr.tags(REPOSITORY).get(`${digestIn(imageOfModel()).replace(':', '-')}-dockerv2-image`)).toBe(
      digestIn(imageOfModel()),
    );

    const before = imageOfFunction();
    const second = app('second');
    await publish(second, await buildxIndex('OCI artifact', 'second'));
    expect(await account.deploy(second)).toEqual({ status: 'UPDATE_COMPLETE' });
    expect(requests().slice(2)).toEqual(['Update SUCCESS']);
    expect(imageOfFunction()).not.toBe(before);
    expect(manifestOf(imageOfFunction(), ASSETS)?.mediaType).toBe(DOCKER.manifest);
    // A rollback of the function would still find it.
    expect(account.ecr.tags(ASSETS).get(`${tag}-dockerv2-image`)).toBe(digestIn(before));

    await account.deploy(second);
    expect(requests()).toHaveLength(3);
    expect(await account.stack.delete()).toEqual({ status: 'DELETE_COMPLETE' });
    expect(requests()).toHaveLength(3);
    expect(account.ecr.images(ASSETS).flatMap(({ tags }) => [...tags])).toHaveLength(4);

    // Another stack with the same asset: the image is there, and only the index and its child are read.
    account.calls.length = 0;
    await account.deploy(second);
    expect(account.calls.map(({ operation, repository }) => `${operation} ${repository === ASSETS}`)).toEqual([
      'BatchGetImage true',
      'BatchGetImage true',
      'BatchGetImage false',
      'PutImage false',
    ]);
  });

  test('does not get them without DockerV2Image', async () => {
    const assembly = app('third', 'the CDK alone');
    await begin(assembly);
    await publish(assembly, await buildxIndex('image manifest'));
    await push('v1', await dockerDesktopImage());
    expect(await account.deploy()).toMatchObject({
      status: 'ROLLBACK_COMPLETE',
      reason: expect.stringContaining('The image manifest, config or layer media type for the source image'),
    });
  });
});

describe('an image', () => {
  test('costs a read and a put', async () => {
    const assembly = models(['v1']);
    await start(assembly);
    await push('v1', await dockerDesktopImage());
    await account.deploy();
    expect(calls()).toEqual(['BatchGetImage', 'PutImage']);
  });

  test('that is Docker V2 Schema 2 already is taken as it is, and costs a read', async () => {
    await start(models(['v1']));
    await push('v1', await dockerImage());
    await account.deploy();
    expect(calls()).toEqual(['BatchGetImage']);
    expect(account.ecr.tags(REPOSITORY).get('v1')).toBe(digestIn(imageOfModel()));
    expect(account.ecr.tags(REPOSITORY).size).toBe(1);
  });

  test('is recompressed if the app asks for it', async () => {
    await start(models(['v1'], { recompressLayers: true }));
    await push('v1', await zstdImage());
    expect(await account.deploy()).toEqual({ status: 'CREATE_COMPLETE' });
    const layers = JSON.parse(manifestOf(imageOfModel())?.bytes.toString() ?? '').layers;
    expect(new Set(layers.map(({ mediaType }: { mediaType: string }) => mediaType))).toEqual(new Set([DOCKER.gzip]));
  });

  test('is asked for by one function, however many there are', async () => {
    await start(models(['v1', 'v2']));
    await push('v1', await dockerDesktopImage('one'));
    await push('v2', await dockerDesktopImage('two'));
    expect(await account.deploy()).toEqual({ status: 'CREATE_COMPLETE' });
    expect(account.template.functions).toHaveLength(1);
    expect(imageOfModel(0)).not.toBe(imageOfModel(1));
  });
});

describe('a deployment fails, with what is wrong and what to do, and is rolled back', () => {
  test.each<[string, () => Promise<Package> | undefined, Partial<DockerV2ImageProps>, string]>([
    [
      'zstd layers',
      zstdImage,
      {},
      'team/app:v1 (zstd-layer): $.layers[0] is "application/vnd.oci.image.layer.v1.tar+zstd". Build it with gzip layers',
    ],
    [
      'no image',
      () => undefined,
      {},
      'team/app:v1 (source-gone): team/app has no image v1. Push the image before you deploy the stack',
    ],
    [
      'another platform',
      () => buildxIndex('image manifest'),
      { platform: ImagePlatform.LINUX_ARM_V7 },
      'team/app:v1 (platform-not-found): the index has no image for linux/arm/v7, only for linux/amd64, linux/arm64. Build the image for that platform',
    ],
  ])('%s', async (_, image, props, sentence) => {
    await start(models(['v1'], props));
    account.ecr.createRepository(REPOSITORY);
    const made = await image();
    if (made) await push('v1', made);
    const { status, reason } = await account.deploy();
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reason).toContain(`custom resource. Message returned: ${sentence}`);
    expect(calls()).not.toContain('PutImage');
  });

  test('an update goes back to the image that it had', async () => {
    await start(models(['v1']));
    await push('v1', await dockerDesktopImage());
    await push('v2', await zstdImage());
    await account.deploy();
    const before = imageOfModel();
    const failing = synthesize((stack) => {
      const image = new DockerV2Image(stack, 'Imagev1', { source: sourceOf(stack, 'v2') });
      new sagemaker.CfnModel(stack, 'Modelv1', {
        executionRoleArn: 'arn:aws:iam::123456789012:role/model',
        primaryContainer: image.toContainerDefinition(),
      });
    });
    expect((await account.deploy(failing)).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests()).toEqual(['Create SUCCESS', 'Update FAILED', 'Update SUCCESS']);
    expect(imageOfModel()).toBe(before);
  });

  test('a call that never comes back leaves CloudFormation no answer short', async () => {
    const assembly = synthesize((stack) => {
      new DockerV2Image(stack, 'Image', { source: sourceOf(stack, 'v1') });
      const provider = stack.node.findChild('DockerV2ImageProvider').node.findChild('Function');
      // A second to work, and the reserve.
      (provider.node.defaultChild as lambda.CfnFunction).timeout = 21;
    });
    account = await LocalAccount.start({ assembly, clock: 'skipping', beforeCall: (_, wire) => wire.hang() });
    expect((await account.deploy()).reason).toContain('the work was not done within 1 seconds');
  });

  test('a repository that opted out gets nothing', async () => {
    await start(models(['v1']));
    await push('v1', await dockerDesktopImage());
    account.ecr.tagResource(REPOSITORY, { 'ecr-oci-remediation': 'disabled' });
    expect((await account.deploy()).reason).toContain('team/app:v1 (opted-out): the repository has the resource tag');
    expect(account.ecr.tags(REPOSITORY).size).toBe(1);
  });

  test('the function may do what it does, and nothing else', async () => {
    await start(models(['v1', 'v2'], { recompressLayers: true }));
    // The layers of the second are those of the first.
    for (const tag of ['v1', 'v2']) await push(tag, await zstdImage());
    await account.deploy();
    const used = new Set(account.accesses.map(({ action }) => action));
    expect([...used].sort()).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:CompleteLayerUpload',
      'ecr:DescribeImages',
      'ecr:GetDownloadUrlForLayer',
      'ecr:InitiateLayerUpload',
      'ecr:ListTagsForResource',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
  });
});
