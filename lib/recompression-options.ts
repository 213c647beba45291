import type { Size } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Whether layers are rewritten for images that Docker V2 Schema 2 can't express otherwise.
 */
export interface RecompressionOptions {
  /**
   * Whether an image with zstd or uncompressed layers gets a companion whose layers are gzip, instead of being refused.
   *
   * A second function does it, with its own queue and role. It reads each such layer once per repository, checks it against the
   * image's config, and uploads the gzip layer. The source and its signature stay as they are, and so does the image ID.
   *
   * Only the role of that function can upload layers.
   *
   * @default false
   */
  readonly recompressLayers?: boolean;

  /**
   * The most bytes that a recompressed layer may have when it is uncompressed.
   *
   * The limit keeps a layer that decompresses to far more than its size says from using up the function's time. A layer that
   * can't be recompressed within 14 minutes is refused, whatever this limit is.
   *
   * @default Size.gibibytes(20)
   */
  readonly maxRecompressedLayerSize?: Size;

  /**
   * The role of the function that recompresses layers.
   *
   * Let `lambda.amazonaws.com` assume it. `minimalRecompressionPolicy` is attached to it, unless you pass
   * `role.withoutPolicyUpdates()`.
   *
   * @default - a role with no other permissions than `minimalRecompressionPolicy`
   */
  readonly recompressionRole?: iam.IRole;
}
