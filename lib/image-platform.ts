import { Token } from 'aws-cdk-lib';
import { LINUX_PLATFORMS } from '../lambda/core/contract';

/** Other names that `docker buildx` accepts for the same platforms: https://github.com/containerd/platforms */
const ALIASES: Readonly<Record<string, string>> = {
  'linux/arm64/v8': 'linux/arm64',
  'linux/arm': 'linux/arm/v7',
};

/**
 * A platform whose image is selected from a multi-platform image (an index), as in `docker build --platform`.
 */
export class ImagePlatform {
  /** Linux on x86-64, the default of SageMaker and AWS Lambda. */
  public static readonly LINUX_AMD64 = new ImagePlatform('linux/amd64');

  /** Linux on 64-bit Arm, such as AWS Graviton. */
  public static readonly LINUX_ARM64 = new ImagePlatform('linux/arm64');

  /** Linux on 32-bit Arm v7. */
  public static readonly LINUX_ARM_V7 = new ImagePlatform('linux/arm/v7');

  /**
   * A platform by name.
   *
   * @param platform `linux/architecture` or `linux/architecture/variant`, such as `linux/arm64`
   * @throws if the platform is not one of the known Linux platforms
   */
  public static of(platform: string): ImagePlatform {
    if (Token.isUnresolved(platform)) {
      throw new Error(
        `platform is a token, whose value is known only at deployment; expected one of ${LINUX_PLATFORMS.join(', ')}`,
      );
    }
    const name = ALIASES[platform] ?? platform;
    if (!LINUX_PLATFORMS.some((known) => known === name)) {
      throw new Error(`unknown platform '${platform}'; expected one of ${LINUX_PLATFORMS.join(', ')}`);
    }
    return new ImagePlatform(name);
  }

  private constructor(
    /** The name in the form `linux/architecture[/variant]`. */
    public readonly platform: string,
  ) {}
}
