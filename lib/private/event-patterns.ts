import { Stack, Token } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, MAX_REPOSITORY_NAME_LENGTH, SOCI_TAG_SUFFIX } from '../../lambda/core/contract';
import type { RepositorySelection } from './repository-selection';
import type { Settings } from './settings';
import { wildcardComplexity } from './wildcard-complexity';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const MAX_PATTERN_CHARACTERS = 4096;

/** AWS publishes no limit. Rules of complexity 9 were accepted, one of 12 was refused, and the README of event-ruler names 10. */
const MAX_COMPLEXITY = 8;

/**
 * Pushes of tags that may need a companion, and deletions of tags if orphaned companions are deleted.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 * @throws if the companion tag makes a pattern that EventBridge refuses
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

/** Work that is requested by the functions, the CLI, or anyone else who may put events. */
export const requestPattern = (scope: Construct, detailTypes: readonly string[]): events.EventPattern => ({
  ...here(scope),
  source: [EVENT_SOURCE],
  detailType: [...detailTypes],
});

/** A bus can also receive events of other accounts and Regions, whose repositories may have the same names. */
export const here = (scope: Construct): Pick<events.EventPattern, 'account' | 'region'> => ({
  account: [Stack.of(scope).account],
  region: [Stack.of(scope).region],
});

/**
 * Excludes companion tags, which would start the service again, and the empty tag of each child of an index. One
 * `anything-but` has the whole list, because several conditions on a field are alternatives.
 */
function imagePattern(
  scope: Construct,
  { companionTag }: Settings,
  { eventMatchers }: RepositorySelection,
  { detailType, actions }: { readonly detailType: string; readonly actions: readonly string[] },
): events.EventPattern {
  const ignoredTags = [companionTag._wildcard, `*${SOCI_TAG_SUFFIX}`, ''];
  refuseTooComplex(scope, ignoredTags);
  const pattern = {
    ...here(scope),
    source: ['aws.ecr'],
    detailType: [detailType],
    detail: {
      'action-type': actions,
      result: ['SUCCESS'],
      'image-tag': [{ 'anything-but': { wildcard: ignoredTags } }],
    },
  };
  if (!eventMatchers || isTooComplex(eventMatchers)) {
    return pattern;
  }
  const narrow = { ...pattern, detail: { ...pattern.detail, 'repository-name': eventMatchers } };
  return mostCharactersOf(narrow) > MAX_PATTERN_CHARACTERS ? pattern : narrow;
}

function refuseTooComplex(scope: Construct, ignoredTags: readonly string[]): void {
  const complexity = wildcardComplexity(ignoredTags, 'anything-but');
  if (complexity > MAX_COMPLEXITY) {
    throw new Error(
      `companionTag of ${scope.node.path} makes the wildcard '${ignoredTags[0]}' of complexity ${complexity}; expected at most ${MAX_COMPLEXITY}, or EventBridge may refuse the rule: choose a companion tag that repeats itself less`,
    );
  }
}

/** The function itself leaves other repositories alone, without a call, so a rule may match more than is chosen. */
const isTooComplex = (matchers: readonly unknown[]): boolean =>
  wildcardComplexity(matchers.flatMap(wildcardIn), 'wildcard', MAX_COMPLEXITY) > MAX_COMPLEXITY;

const wildcardIn = (matcher: unknown): readonly string[] =>
  typeof matcher === 'object' && matcher !== null && 'wildcard' in matcher ? [String(matcher.wildcard)] : [];

/** The length of the pattern as JSON if every value that only the deployment knows is as long as a repository name can be. */
const mostCharactersOf = ({ detailType, ...others }: events.EventPattern): number =>
  JSON.stringify({ ...others, 'detail-type': detailType }, (_, value) =>
    Token.isUnresolved(value) ? 'x'.repeat(MAX_REPOSITORY_NAME_LENGTH) : value,
  ).length;
