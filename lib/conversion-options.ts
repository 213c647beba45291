/**
 * Which pushed images get a companion tag.
 */
export enum CompanionFor {
  /**
   * OCI images, and every index: what SageMaker `CreateModel` and AWS Lambda reject.
   */
  OCI_IMAGES = 'oci-images',

  /**
   * Images in Docker format too, so that consumers can rely on one naming rule.
   */
  EVERY_TAG = 'every-tag',
}

/**
 * What to do with an OCI image that has an uncompressed layer (`application/vnd.oci.image.layer.v1.tar`).
 */
export enum UncompressedLayers {
  /**
   * Refuse the image with the reason `uncompressed-layer`, because AWS Lambda rejects such layers in Docker format.
   */
  REFUSE = 'refuse',

  /**
   * Give the layer the Docker type `application/vnd.docker.image.rootfs.diff.tar`. Container runtimes pull such layers;
   * AWS Lambda rejects them.
   */
  RELABEL = 'relabel',
}
