import { Stack, Token } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';
import { RepositoryFilter } from '../repository-filter';

/**
 * The limit of a role's inline policies, minus the statements that are as long whatever is chosen:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MAX_ARN_CHARACTERS = 10_240 - 3_240;

/** `arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/` with quotes and a comma. */
const ARN_OVERHEAD = 62;

/** The longest name of a signing profile: https://docs.aws.amazon.com/signer/latest/api/API_PutSigningProfile.html */
const MAX_PROFILE_NAME_LENGTH = 64;

type Choice = Required<Pick<OciImageRemediationProps, 'repositories' | 'excludedRepositories' | 'signingProfiles'>>;

/** The chosen and the excluded repositories, as the rules, the role and the function need them. */
export interface RepositorySelection {
  /** Matchers of `detail.repository-name`; undefined if every repository is chosen. */
  readonly eventMatchers?: readonly unknown[];
  readonly arns: readonly string[];
  /** The ARN of every repository, which an audit lists to find those that match a pattern; undefined if all are named. */
  readonly listedArn?: string;
  /** Names and patterns with `*`, as the function matches them. */
  readonly names: readonly string[];
  readonly excludedArns: readonly string[];
  readonly excludedNames: readonly string[];
}

/**
 * @throws if nothing is chosen, if one filter covers another, if a repository is elsewhere, or if there are too many
 */
export function selectRepositories(scope: Construct, settings: Choice): RepositorySelection {
  const { repositories: filters, excludedRepositories: excluded } = settings;
  if (filters.length === 0) {
    throw new Error(
      `repositories of ${scope.node.path} is an empty list; expected at least one RepositoryFilter, or no list for all repositories`,
    );
  }
  refuseCovered(scope, 'repositories', filters);
  refuseCovered(scope, 'excludedRepositories', excluded);
  refuseUseless(scope, filters, excluded);
  const arns = filters.map((filter) => arnOf(scope, filter));
  const excludedArns = excluded.map((filter) => arnOf(scope, filter));
  refuseTooMany(scope, settings);
  const hasPattern = filters.some(({ _name }) => _name.includes('*'));
  const matchesAll = filters.some((filter) => filter._matchesAll);
  return {
    arns,
    listedArn: hasPattern ? arnOf(scope, RepositoryFilter.all()) : undefined,
    names: filters.map(({ _name }) => _name),
    excludedArns,
    excludedNames: excluded.map(({ _name }) => _name),
    eventMatchers: matchesAll ? undefined : filters.map((filter) => filter._eventMatcher),
  };
}

/** A narrow filter beside a wide one looks as if it narrowed the choice, but the rule and the role would use the wide one. */
function refuseCovered(scope: Construct, prop: string, filters: readonly RepositoryFilter[]): void {
  for (const [index, wide] of filters.entries()) {
    const narrow = filters.find((other, at) => at !== index && wide._covers(other));
    if (narrow) {
      throw new Error(
        `${prop} of ${scope.node.path} contradict each other: ${wide._description} already covers ${narrow._description}; expected only one of them`,
      );
    }
  }
}

/** A choice of which nothing is left is a mistake, even if other choices remain. */
function refuseUseless(
  scope: Construct,
  filters: readonly RepositoryFilter[],
  excluded: readonly RepositoryFilter[],
): void {
  for (const wide of excluded) {
    const useless = filters.find((filter) => wide._covers(filter));
    if (useless) {
      throw new Error(
        `excludedRepositories of ${scope.node.path} leave nothing of ${useless._description}: ${wide._description} covers it; expected a narrower filter, or no ${useless._description} in repositories`,
      );
    }
  }
}

function arnOf(scope: Construct, { _repository: repository, _name: resourceName }: RepositoryFilter): string {
  if (!repository) {
    return Stack.of(scope).formatArn({ service: 'ecr', resource: 'repository', resourceName });
  }
  refuseElsewhere(scope, repository);
  return repository.repositoryArn;
}

/** Amazon ECR sends events only to the bus in the repository's own account and Region. */
function refuseElsewhere(scope: Construct, repository: ecr.IRepository): void {
  const here = Stack.of(scope);
  for (const what of ['account', 'region'] as const) {
    const got = repository.env[what];
    const expected = here[what];
    if (!Token.isUnresolved(got) && !Token.isUnresolved(expected) && got !== expected) {
      throw new Error(
        `repository ${repository.node.path} of ${scope.node.path} is in ${what} ${got}; expected ${expected}, because its push events arrive only there: deploy one OciImageRemediation per account and Region`,
      );
    }
  }
}

/** Reads and writes are two statements. */
function refuseTooMany(scope: Construct, { repositories, excludedRepositories, signingProfiles }: Choice): void {
  const characters =
    2 * arnCharacters(repositories) +
    arnCharacters(excludedRepositories) +
    signingProfiles.length * (ARN_OVERHEAD + MAX_PROFILE_NAME_LENGTH);
  if (characters > MAX_ARN_CHARACTERS) {
    throw new Error(
      `${repositories.length} repositories, ${excludedRepositories.length} excludedRepositories and ${signingProfiles.length} signingProfiles of ${scope.node.path} take about ${characters} characters of the role's policy; expected at most ${MAX_ARN_CHARACTERS}: choose repositories with RepositoryFilter.matching(), or use several OciImageRemediation constructs`,
    );
  }
}

const arnCharacters = (filters: readonly RepositoryFilter[]): number =>
  filters.reduce((sum, { _name }) => sum + ARN_OVERHEAD + (Token.isUnresolved(_name) ? 0 : _name.length), 0);
