import { Stack } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, REQUESTS, SOCI_TAG_SUFFIX } from '../../lambda/core/contract';
import type { RepositorySelection } from './repository-selection';
import type { Settings } from './settings';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const MAX_PATTERN_CHARACTERS = 4096;

/**
 * The pushes that are worth a look, and the deletions if companions go with their source tags.
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

/** The same for images that arrived by replication: at the destination there is this event in place of a push. */
export const replicationPattern = (
  scope: Construct,
  settings: Settings,
  repositories: RepositorySelection,
): events.EventPattern =>
  imagePattern(scope, settings, repositories, { detailType: 'ECR Replication Action', actions: ['REPLICATE'] });

/** Work that the function, the CLI, or anyone else who may put events, asks for. */
export const requestPattern: events.EventPattern = { source: [EVENT_SOURCE], detailType: Object.values(REQUESTS) };

/**
 * One list in one `anything-but`, because conditions on one field are alternatives: companion tags would otherwise start the
 * service again, and each child of an index arrives with an empty tag.
 */
function imagePattern(
  scope: Construct,
  { companionTag, platforms }: Settings,
  repositories: RepositorySelection,
  { detailType, actions }: { readonly detailType: string; readonly actions: readonly string[] },
): events.EventPattern {
  const furtherTagParts = platforms.slice(1).map((platform) => platform._tagPart);
  const notOurs = [...companionTag._wildcards(furtherTagParts), `*${SOCI_TAG_SUFFIX}`, ''];
  const detail = {
    'action-type': actions,
    result: ['SUCCESS'],
    'image-tag': [{ 'anything-but': { wildcard: notOurs } }],
    ...(repositories.eventMatchers && { 'repository-name': repositories.eventMatchers }),
  };
  const pattern = { source: ['aws.ecr'], detailType: [detailType], detail };
  const characters = JSON.stringify(Stack.of(scope).resolve(pattern)).length;
  if (characters > MAX_PATTERN_CHARACTERS) {
    throw new Error(
      `repositories of ${scope.node.path} make an event pattern of ${characters} characters; expected at most ${MAX_PATTERN_CHARACTERS}, where EventBridge stops: choose repositories by RepositoryFilter.matching(), or use several OciImageRemediation constructs`,
    );
  }
  return pattern;
}
