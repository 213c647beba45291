import type { Json } from './choices';
import { MAX_REPOSITORIES } from './parameters/images';

/** CloudFormation has no loop without a transform, which StackSets refuse, so a list of unknown length has a place for each item. */
const PLACES = Array.from({ length: MAX_REPOSITORIES }, (_, place) => place);

export type RepositoryList = 'Repositories' | 'ExcludedRepositories';

/** The first is there whenever the list is. */
const conditionOf = (list: RepositoryList, place: number): string => `Has${list}Item${place + 1}`;

/** The item of a place, or nothing. */
const itemOf = (list: RepositoryList, place: number): Json => {
  const padded = { 'Fn::Join': ['', [{ Ref: list }, ','.repeat(MAX_REPOSITORIES - 1)]] };
  return { 'Fn::Select': [place, { 'Fn::Split': [',', padded] }] };
};

export const placeConditions = (list: RepositoryList): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    PLACES.slice(1).map((place) => [
      conditionOf(list, place),
      { 'Fn::Not': [{ 'Fn::Equals': [itemOf(list, place), ''] }] },
    ]),
  );

const forEach = (list: RepositoryList, valueFor: (item: Json) => Json): Json =>
  PLACES.map((place) => {
    const value = valueFor(itemOf(list, place));
    return place === 0 ? value : { 'Fn::If': [conditionOf(list, place), value, { Ref: 'AWS::NoValue' }] };
  });

export const arnsOf = (list: RepositoryList): Json =>
  forEach(list, (Repository) => ({
    'Fn::Sub': [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: of Fn::Sub
      'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/${Repository}',
      { Repository },
    ],
  }));

/** What stands before the first `*`, as a name has none: the rule may match more than is chosen, and the function leaves that alone. */
export const eventMatchersOf = (list: RepositoryList): Json =>
  forEach(list, (item) => ({ prefix: { 'Fn::Select': [0, { 'Fn::Split': ['*', item] }] } }));
