import type { CfnResource } from 'aws-cdk-lib';
import * as ecr_assets from 'aws-cdk-lib/aws-ecr-assets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DockerV2Image } from '../docker-v2-image';
import type { DockerV2ImageCodeProps } from '../docker-v2-image-options';
import { DockerV2ImageSource } from '../docker-v2-image-source';
import { ImagePlatform } from '../image-platform';

/** The code of one function: what `lambda.AssetImageCode` does, with another manifest of the same image. */
export class DockerV2AssetCode extends lambda.Code {
  readonly isInline = false;
  private asset?: ecr_assets.DockerImageAsset;

  constructor(
    readonly directory: string,
    readonly props: DockerV2ImageCodeProps,
    readonly architecture: lambda.Architecture | undefined,
  ) {
    super();
  }

  override bind(scope: Construct): lambda.CodeConfig {
    const { recompressLayers, maxRecompressedLayerSize, uncompressedLayers } = this.props;
    const platform = this.architecture?.dockerPlatform;
    this.asset = new ecr_assets.DockerImageAsset(scope, 'AssetImage', {
      directory: this.directory,
      ...(platform ? { platform: ecr_assets.Platform.custom(platform) } : {}),
      ...this.props,
    });
    const image = new DockerV2Image(scope, 'DockerV2Image', {
      source: DockerV2ImageSource.fromAsset(this.asset),
      platform: platform ? ImagePlatform.of(platform) : undefined,
      recompressLayers,
      maxRecompressedLayerSize,
      uncompressedLayers,
    });
    return image.toLambdaCode(this.props)._bind(this.architecture).bind(scope);
  }

  /** Tells tools such as the SAM CLI which asset the image is made of. */
  override bindToResource(resource: CfnResource, options: lambda.ResourceBindOptions = {}): void {
    this.asset?.addResourceMetadata(resource, options.resourceProperty ?? 'Code.ImageUri');
  }
}
