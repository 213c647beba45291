/**
 * Which pushed images get a companion tag.
 */
export enum CompanionFor {
  /**
   * OCI images, and every index: what SageMaker `CreateModel` and AWS Lambda refuse.
   */
  OCI_IMAGES = 'oci-images',

  /**
   * Images that are in Docker format already get one too, so that consumers can rely on one naming rule.
   */
  EVERY_TAG = 'every-tag',
}

/**
 * What happens to an OCI image that has an uncompressed layer (`application/vnd.oci.image.layer.v1.tar`).
 */
export enum UncompressedLayers {
  /**
   * The image is refused with the reason `uncompressed-layer`, because AWS Lambda rejects such layers in Docker format.
   */
  REFUSE = 'refuse',

  /**
   * The layer gets the Docker type `application/vnd.docker.image.rootfs.diff.tar`, which container runtimes pull but AWS
   * Lambda does not.
   */
  RELABEL = 'relabel',
}
