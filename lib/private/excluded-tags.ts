import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MAX_TAG_LENGTH, TAG_PATTERN } from '../../lambda/core/contract';

/**
 * @param globs tags in which each `*` matches any characters
 * @throws if one cannot match any tag, matches every tag, or is listed twice
 */
export function checkExcludedTags(scope: Construct, globs: readonly string[]): void {
  for (const glob of globs) {
    const problem =
      problemOf(glob) ?? (globs.indexOf(glob) === globs.lastIndexOf(glob) ? undefined : 'is listed twice');
    if (problem) {
      throw new Error(
        `excludedTags of ${scope.node.path} has '${glob}', which ${problem}; expected tags such as 'pr-*'`,
      );
    }
  }
}

function problemOf(glob: string): string | undefined {
  if (Token.isUnresolved(glob)) {
    return 'is a token, whose value is known only at deployment';
  }
  if (glob === '*') {
    return 'excludes every tag';
  }
  if (glob.length > MAX_TAG_LENGTH) {
    return `has ${glob.length} characters and a tag at most ${MAX_TAG_LENGTH}`;
  }
  if (!TAG_PATTERN.test(glob)) {
    return 'cannot match any tag';
  }
  return glob.includes('**') ? "has '**', where a single '*' does the same" : undefined;
}
