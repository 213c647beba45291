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
 * How the companion tag is made from the tag that was pushed (the source tag).
 *
 * The service owns every tag of this form, and moves it when its source tag moves.
 */
export class CompanionTag {
  /**
   * The source tag followed by a suffix: `v1` gets `v1-dockerv2`.
   *
   * The companion of a further platform ends with its architecture: `v1-dockerv2-arm64`.
   *
   * @param suffix a separator (`-`, `_` or `.`) and letters or digits, at most 64 characters
   * @throws if the suffix is not valid, or ends with `-soci`
   */
  public static suffix(suffix: string): CompanionTag {
    check('suffix', suffix, COMPANION_TAG_SUFFIX, "a separator (- _ .) and letters or digits, such as '-dockerv2'");
    if (suffix.endsWith(SOCI_TAG_SUFFIX)) {
      throw new Error(
        `companion tag suffix '${suffix}' ends with '${SOCI_TAG_SUFFIX}', which belongs to the AWS SOCI index builder; expected another ending, such as '${DEFAULT_COMPANION_TAG_SUFFIX}'`,
      );
    }
    return new CompanionTag({ [ENV.companionTagSuffix]: suffix }, `*${suffix}*`);
  }

  /**
   * A prefix followed by the source tag: `v1` gets `dockerv2-v1`.
   *
   * Use this form if ECR lifecycle rules count tags by prefix: a rule with `tagPrefixList: ['v']` also counts `v1-dockerv2`, and
   * so keeps half as many releases. The companion of a further platform is `dockerv2--arm64-v1`.
   *
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
   * @param prefix letters or digits that end with a separator (`-`, `_` or `.`), at most 64 characters
   * @throws if the prefix is not valid
   */
  public static prefix(prefix: string): CompanionTag {
    check(
      'prefix',
      prefix,
      COMPANION_TAG_PREFIX,
      "letters or digits that end with a separator (- _ .), such as 'dockerv2-'",
    );
    return new CompanionTag({ [ENV.companionTagPrefix]: prefix }, `${prefix}*`);
  }

  private constructor(
    /** @internal */
    public readonly _environment: Readonly<Record<string, string>>,
    /**
     * A wildcard that matches every companion tag, including those of further platforms.
     *
     * @internal
     */
    public readonly _wildcard: string,
  ) {}
}

function check(form: 'suffix' | 'prefix', value: string, grammar: RegExp, expected: string): void {
  // A grammar can only be checked on text; CloudFormation resolves a token at deployment.
  if (Token.isUnresolved(value)) {
    throw new Error(`companion tag ${form} is a token, whose value is known only at deployment; expected ${expected}`);
  }
  if (value.length > MAX_AFFIX_LENGTH) {
    throw new Error(
      `companion tag ${form} '${value}' has ${value.length} characters; expected at most ${MAX_AFFIX_LENGTH}, because a tag has at most ${MAX_TAG_LENGTH}`,
    );
  }
  if (!grammar.test(value)) {
    throw new Error(`companion tag ${form} '${value}' is not valid; expected ${expected}`);
  }
}
