import { Token } from 'aws-cdk-lib';

/** Platforms of Linux images, named as in image-spec: https://github.com/opencontainers/image-spec/blob/main/image-index.md */
const KNOWN = [
  'linux/386',
  'linux/amd64',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64',
  'linux/loong64',
  'linux/mips64le',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
] as const;

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

  /** @internal */
  public static readonly _known: readonly string[] = KNOWN;

  /**
   * A platform by name.
   *
   * @param platform `linux/architecture` or `linux/architecture/variant`, such as `linux/arm64`
   * @throws if the platform is not one of the known Linux platforms
   */
  public static of(platform: string): ImagePlatform {
    if (Token.isUnresolved(platform)) {
      throw new Error(
        `platform is a token, whose value is known only at deployment; expected one of ${KNOWN.join(', ')}`,
      );
    }
    const name = ALIASES[platform] ?? platform;
    if (!KNOWN.some((known) => known === name)) {
      throw new Error(`unknown platform '${platform}'; expected one of ${KNOWN.join(', ')}`);
    }
    return new ImagePlatform(name);
  }

  private constructor(
    /** The name in the form `linux/architecture[/variant]`. */
    public readonly platform: string,
  ) {}
}
