/**
 * What a repository can choose by a resource tag, instead of the construct's own choice.
 */
export enum RepositorySetting {
  /**
   * The tag `ecr-oci-remediation:platforms` has one to four platforms, separated by spaces: `linux/arm64 linux/amd64`.
   *
   * They replace `platforms`. The first gets the plain companion tag.
   */
  PLATFORMS = 'platforms',

  /**
   * The tag `ecr-oci-remediation:companion-for` is `oci-images` or `every-tag`.
   *
   * It replaces `companionFor`.
   */
  COMPANION_FOR = 'companion-for',

  /**
   * The tag `ecr-oci-remediation:recompress-layers` is `true` or `false`.
   *
   * It replaces `recompressLayers`. The function that recompresses layers is deployed, also if that is false.
   */
  RECOMPRESS_LAYERS = 'recompress-layers',
}
