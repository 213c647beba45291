import { Stack } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { SOCI_TAG_SUFFIX } from '../lambda/core/names';
import type { CompanionTag } from './companion-tag';
import type { ImagePlatform } from './image-platform';
import type { RepositorySelection } from './repository-selection';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const MAX_PATTERN_CHARACTERS = 4096;

/**
 * The pushes that are worth a look. One list in one `anything-but`, because conditions on one field are alternatives:
 * companion tags would otherwise start the service again, and each child of an index arrives with an empty tag.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 * @throws if the pattern is longer than EventBridge allows
 */
export function pushPattern(
  scope: Construct,
  repositories: RepositorySelection,
  companionTag: CompanionTag,
  platforms: readonly ImagePlatform[],
): events.EventPattern {
  const furtherTagParts = platforms.slice(1).map((platform) => platform._tagPart);
  const notOurs = [...companionTag._wildcards(furtherTagParts), `*${SOCI_TAG_SUFFIX}`, ''];
  const detail = {
    'action-type': ['PUSH'],
    result: ['SUCCESS'],
    'image-tag': [{ 'anything-but': { wildcard: notOurs } }],
    ...(repositories.eventMatchers ? { 'repository-name': repositories.eventMatchers } : {}),
  };
  const pattern = { source: ['aws.ecr'], detailType: ['ECR Image Action'], detail };
  const characters = JSON.stringify(Stack.of(scope).resolve(pattern)).length;
  if (characters > MAX_PATTERN_CHARACTERS) {
    throw new Error(
      `repositories of ${scope.node.path} make an event pattern of ${characters} characters; expected at most ${MAX_PATTERN_CHARACTERS}, where EventBridge stops: choose repositories by RepositoryFilter.matching(), or use several OciImageRemediation constructs`,
    );
  }
  return pattern;
}
