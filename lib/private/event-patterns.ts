import { Stack } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, REQUESTS, SOCI_TAG_SUFFIX } from '../../lambda/core/contract';
import type { RepositorySelection } from './repository-selection';
import type { Settings } from './settings';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const MAX_PATTERN_CHARACTERS = 4096;

/**
 * Pushes of tags that may need a companion, and deletions of tags if orphaned companions are deleted.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 * @throws if the pattern is longer than EventBridge allows
 */
export const pushPattern = (
  scope: Construct,
  settings: Settings,
  repositories: RepositorySelection,
): events.EventPattern =>
  imagePattern(scope, settings, repositories, {
    detailType: 'ECR Image Action',
    actions: settings.deleteOrphanedCompanions ? ['PUSH', 'DELETE'] : ['PUSH'],
  });

/** The same for replicated images: the destination gets this event instead of a push. */
export const replicationPattern = (
  scope: Construct,
  settings: Settings,
  repositories: RepositorySelection,
): events.EventPattern =>
  imagePattern(scope, settings, repositories, { detailType: 'ECR Replication Action', actions: ['REPLICATE'] });

/** Work that is requested by the function, the CLI, or anyone else who may put events. */
export const requestPattern: events.EventPattern = { source: [EVENT_SOURCE], detailType: Object.values(REQUESTS) };

/**
 * Excludes companion tags, which would start the service again, and the empty tag of each child of an index. One
 * `anything-but` has the whole list, because several conditions on a field are alternatives.
 */
function imagePattern(
  scope: Construct,
  { companionTag, platforms }: Settings,
  repositories: RepositorySelection,
  { detailType, actions }: { readonly detailType: string; readonly actions: readonly string[] },
): events.EventPattern {
  const furtherTagParts = platforms.slice(1).map((platform) => platform._tagPart);
  const ignoredTags = [...companionTag._wildcards(furtherTagParts), `*${SOCI_TAG_SUFFIX}`, ''];
  const detail = {
    'action-type': actions,
    result: ['SUCCESS'],
    'image-tag': [{ 'anything-but': { wildcard: ignoredTags } }],
    ...(repositories.eventMatchers && { 'repository-name': repositories.eventMatchers }),
  };
  const pattern = { source: ['aws.ecr'], detailType: [detailType], detail };
  const characters = JSON.stringify(Stack.of(scope).resolve(pattern)).length;
  if (characters > MAX_PATTERN_CHARACTERS) {
    throw new Error(
      `repositories of ${scope.node.path} make an event pattern of ${characters} characters; expected at most ${MAX_PATTERN_CHARACTERS}, the limit of EventBridge: choose repositories with RepositoryFilter.matching(), or use several OciImageRemediation constructs`,
    );
  }
  return pattern;
}
