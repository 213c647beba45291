import { CustomResource, RemovalPolicy, Tokenization } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { IMAGE_ATTRIBUTES, IMAGE_PROPERTIES } from '../lambda/core/contract';
import { UncompressedLayers } from './conversion-options';
import type { DockerV2ImageCodeOptions, DockerV2ImageOptions } from './docker-v2-image-options';
import type { DockerV2ImageSource } from './docker-v2-image-source';
import type { ImagePlatform } from './image-platform';
import { ImageProvider } from './private/image-provider';
import { checkLayerSize, DEFAULT_MAX_LAYER_SIZE } from './private/setting-checks';

/**
 * Properties of `DockerV2Image`.
 */
export interface DockerV2ImageProps extends DockerV2ImageOptions {
  /**
   * The image, in any format.
   */
  readonly source: DockerV2ImageSource;

  /**
   * The platform to take from a multi-platform image. The deployment fails if the image doesn't have it.
   *
   * @default - `linux/amd64`, or the only platform that the image has
   */
  readonly platform?: ImagePlatform;
}

/**
 * An image as a Docker Image Manifest V2 Schema 2, by digest, in the deployment that needs it.
 *
 * The deployment reads the manifest of the source, puts the Docker manifest into the same repository if it isn't there yet, and
 * goes on with its digest. If the image can't be expressed as Docker V2 Schema 2, the deployment fails, and its message says why and
 * what to do. The source stays as it is, and so do the layers.
 *
 * The image remains when the construct is removed.
 */
export class DockerV2Image extends Construct {
  /** The repository of the source, which has the image, too. */
  public readonly repository: ecr.IRepository;

  /** The digest: `sha256:` and a token. */
  public readonly digest: string;

  /** The URI with the digest. */
  public readonly imageUri: string;

  /** The media type of the manifest, `application/vnd.docker.distribution.manifest.v2+json`. */
  public readonly mediaType: string;

  /**
   * @throws if the source is in another account or Region
   */
  constructor(scope: Construct, id: string, props: DockerV2ImageProps) {
    super(scope, id);
    const { repository, reference, companionTag } = props.source._bind(this);
    const { recompressLayers = false, maxRecompressedLayerSize = DEFAULT_MAX_LAYER_SIZE } = props;
    checkLayerSize(this, maxRecompressedLayerSize);
    const provider = ImageProvider.of(this);
    const serviceTimeout = provider.allow(repository.repositoryArn, recompressLayers);
    const platform = props.platform?.platform;
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::DockerV2Image',
      serviceToken: provider.handler.functionArn,
      serviceTimeout,
      // The image stays anyway, so CloudFormation has nothing to ask for.
      removalPolicy: RemovalPolicy.RETAIN,
      properties: {
        [IMAGE_PROPERTIES.repositoryArn]: repository.repositoryArn,
        [IMAGE_PROPERTIES.reference]: reference,
        [IMAGE_PROPERTIES.companionTag]: companionTag?.(platform?.replace('linux/', '').replace('/', '')),
        [IMAGE_PROPERTIES.platform]: platform,
        [IMAGE_PROPERTIES.uncompressedLayers]: props.uncompressedLayers ?? UncompressedLayers.REFUSE,
        [IMAGE_PROPERTIES.maxRecompressedLayerBytes]: recompressLayers
          ? Tokenization.stringifyNumber(maxRecompressedLayerSize.toBytes())
          : undefined,
      },
    });
    resource.node.addDependency(provider.permissions);
    this.repository = repository;
    this.digest = `sha256:${resource.getAttString(IMAGE_ATTRIBUTES.digestHex)}`;
    this.imageUri = repository.repositoryUriForDigest(this.digest);
    this.mediaType = resource.getAttString(IMAGE_ATTRIBUTES.mediaType);
  }

  /**
   * The image as the code of a `lambda.DockerImageFunction`.
   *
   * @param options what the function runs, if not what the image says
   */
  public toLambdaCode(options: DockerV2ImageCodeOptions = {}): lambda.DockerImageCode {
    const { cmd, entrypoint, workingDirectory } = options;
    return lambda.DockerImageCode.fromEcr(this.repository, {
      cmd,
      entrypoint,
      workingDirectory,
      tagOrDigest: this.digest,
    });
  }

  /**
   * The image as a container of a `sagemaker.CfnModel`. The role of the model must be able to pull it: see `grantPull`.
   *
   * @param options everything about the container but its image
   */
  public toContainerDefinition(
    options: sagemaker.CfnModel.ContainerDefinitionProperty = {},
  ): sagemaker.CfnModel.ContainerDefinitionProperty {
    return { ...options, image: this.imageUri };
  }

  /**
   * The image as that of a container in an Amazon ECS task.
   */
  public toContainerImage(): ecs.ContainerImage {
    return ecs.ContainerImage.fromEcrRepository(this.repository, this.digest);
  }

  /**
   * Lets someone pull images of the repository.
   *
   * @param grantee such as the role of a SageMaker model
   */
  public grantPull(grantee: iam.IGrantable): iam.Grant {
    return this.repository.grantPull(grantee);
  }
}
