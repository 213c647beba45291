import type { Size } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { UncompressedLayers } from './conversion-options';

/**
 * How an image is expressed as Docker V2 Schema 2.
 */
export interface DockerV2ImageOptions {
  /**
   * What to do with an uncompressed layer.
   *
   * @default UncompressedLayers.REFUSE
   */
  readonly uncompressedLayers?: UncompressedLayers;

  /**
   * Whether zstd and uncompressed layers are rewritten as gzip, instead of failing the deployment.
   *
   * The deployment waits for it. The function of the stack then has two vCPUs and may upload layers to the repository.
   *
   * @default false
   */
  readonly recompressLayers?: boolean;

  /**
   * The most bytes that a recompressed layer may have when it is uncompressed.
   *
   * @default Size.gibibytes(20)
   */
  readonly maxRecompressedLayerSize?: Size;
}

/**
 * What a Lambda function runs in an image, if not what the image says.
 */
export interface DockerV2ImageCodeOptions {
  /**
   * The command.
   *
   * @default - the command of the image
   */
  readonly cmd?: string[];

  /**
   * The entry point.
   *
   * @default - the entry point of the image
   */
  readonly entrypoint?: string[];

  /**
   * The working directory.
   *
   * @default - the working directory of the image
   */
  readonly workingDirectory?: string;
}

/**
 * Properties of `DockerV2ImageCode.fromImageAsset`.
 */
export interface DockerV2ImageCodeProps extends lambda.AssetImageCodeProps, DockerV2ImageOptions {}
