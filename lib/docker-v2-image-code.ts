import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { DockerV2ImageCodeProps } from './docker-v2-image-options';
import { DockerV2AssetCode } from './private/docker-v2-asset-code';

/**
 * Code of Lambda functions that is an image.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: jsii has no functions.
export abstract class DockerV2ImageCode {
  /**
   * Builds an image as `lambda.DockerImageCode.fromImageAsset` does, and gives the function the Docker V2 Schema 2 form of it.
   *
   * Then it doesn't matter whether the builder pushes an OCI image, or an index with an attestation, which Lambda rejects.
   *
   * @param directory that has the Dockerfile
   * @param props how to build the image, and how to express it
   */
  public static fromImageAsset(directory: string, props: DockerV2ImageCodeProps = {}): lambda.DockerImageCode {
    return { _bind: (architecture) => new DockerV2AssetCode(directory, props, architecture) };
  }
}
