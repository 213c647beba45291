import { Token } from 'aws-cdk-lib';
import {
  COMPANION_TAG_PREFIX,
  COMPANION_TAG_SUFFIX,
  DEFAULT_COMPANION_TAG_SUFFIX,
  ENV,
  MAX_AFFIX_LENGTH,
  MAX_TAG_LENGTH,
  SOCI_TAG_SUFFIX,
} from '../lambda/core/contract';

/**
 * How the companion tag of an image is made from the tag that was pushed.
 *
 * The service owns every tag of this form: it moves such a tag when its source tag moves.
 */
export class CompanionTag {
  /**
   * The companion tag is the source tag and the suffix: `v1` and `v1-dockerv2`.
   *
   * The companion of a further platform ends with its architecture: `v1-dockerv2-arm64`.
   *
   * @param suffix a separator (`-`, `_` or `.`) and at least one letter or digit, 64 characters at most
   * @throws if no tag could end with the suffix, or if the suffix ends with `-soci`
   */
  public static suffix(suffix: string): CompanionTag {
    check(
      'suffix',
      suffix,
      COMPANION_TAG_SUFFIX,
      `a separator (- _ .) followed by letters, digits and separators, such as '-dockerv2'`,
    );
    if (suffix.endsWith(SOCI_TAG_SUFFIX)) {
      throw new Error(
        `companion tag suffix '${suffix}' ends with '${SOCI_TAG_SUFFIX}', which belongs to the AWS SOCI index builder; expected another ending, such as '${DEFAULT_COMPANION_TAG_SUFFIX}'`,
      );
    }
    return new CompanionTag({ [ENV.companionTagSuffix]: suffix }, (tagParts) => [
      `*${suffix}`,
      ...tagParts.map((part) => `*${suffix}-${part}`),
    ]);
  }

  /**
   * The companion tag is the prefix and the source tag: `v1` and `dockerv2-v1`.
   *
   * This form escapes ECR lifecycle rules that count tags by prefix: with `tagPrefixList: ['v']` the suffix form halves the
   * number of releases that are kept. The companion of a further platform is `dockerv2--arm64-v1`.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
   * @param prefix letters, digits and separators that end with a separator (`-`, `_` or `.`), 64 characters at most
   * @throws if no tag could begin with the prefix
   */
  public static prefix(prefix: string): CompanionTag {
    check(
      'prefix',
      prefix,
      COMPANION_TAG_PREFIX,
      `letters, digits and separators that end with a separator (- _ .), such as 'dockerv2-'`,
    );
    return new CompanionTag({ [ENV.companionTagPrefix]: prefix }, () => [`${prefix}*`]);
  }

  private constructor(
    /** @internal */
    public readonly _environment: Readonly<Record<string, string>>,
    /**
     * Wildcards that match every companion tag, of the plain form and of further platforms.
     *
     * @internal
     */
    public readonly _wildcards: (furtherPlatformTagParts: readonly string[]) => readonly string[],
  ) {}
}

function check(form: 'suffix' | 'prefix', value: string, grammar: RegExp, expected: string): void {
  // The function and the rule need the text itself, long before CloudFormation could resolve a token.
  if (Token.isUnresolved(value)) {
    throw new Error(`companion tag ${form} is a token, whose value is known only at deployment; expected ${expected}`);
  }
  if (value.length > MAX_AFFIX_LENGTH) {
    throw new Error(
      `companion tag ${form} '${value}' has ${value.length} characters; expected at most ${MAX_AFFIX_LENGTH}, because a tag ends at ${MAX_TAG_LENGTH}`,
    );
  }
  if (!grammar.test(value)) {
    throw new Error(`companion tag ${form} '${value}' cannot be part of a companion tag; expected ${expected}`);
  }
}
