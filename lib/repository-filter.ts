import { Token } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { REPOSITORY_PATTERN } from '../lambda/core/contract';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const NAME_LENGTH = { min: 2, max: 256 };

/**
 * Chooses repositories of the account and Region, by name.
 *
 * One filter is both the event pattern, which decides what is worked on, and the resources of the IAM policy, which
 * decides what may be touched.
 */
export class RepositoryFilter {
  /**
   * Every repository of the account and Region, also those that do not exist yet.
   */
  public static all(): RepositoryFilter {
    return new RepositoryFilter('RepositoryFilter.all()', '*');
  }

  /**
   * One repository of the same account and Region.
   *
   * @param repository a repository of this app, or an imported one
   */
  public static of(repository: ecr.IRepository): RepositoryFilter {
    return new RepositoryFilter(`RepositoryFilter.of(${repository.node.path})`, repository.repositoryName, repository);
  }

  /**
   * One repository by its name.
   *
   * @param repositoryName such as `team/app`; a token is taken as it is
   * @throws if no repository can have the name
   */
  public static named(repositoryName: string): RepositoryFilter {
    if (!Token.isUnresolved(repositoryName)) {
      if (repositoryName.includes('*')) {
        throw new Error(
          `repository name '${repositoryName}' has a '*'; expected a name, or RepositoryFilter.matching()`,
        );
      }
      checkLength('name', repositoryName);
      if (!NAME.test(repositoryName)) {
        throw new Error(
          `repository name '${repositoryName}' is not a name that Amazon ECR allows; expected lower-case letters and digits, with single . _ - / between them, such as 'team/app'`,
        );
      }
    }
    return new RepositoryFilter(`RepositoryFilter.named('${repositoryName}')`, repositoryName);
  }

  /**
   * The repositories whose name matches a pattern, also those that do not exist yet.
   *
   * A pattern that ends with its only `*` becomes a `prefix` in the rule. Any other becomes a `wildcard`.
   *
   * @param pattern such as `team/*`; each `*` stands for any characters, the slash included
   * @throws if the pattern has no `*`, two `*` in a row, or a character that no repository name has
   */
  public static matching(pattern: string): RepositoryFilter {
    if (Token.isUnresolved(pattern)) {
      throw new Error(
        `repository pattern is a token, whose value is known only at deployment; expected text such as 'team/*'`,
      );
    }
    if (pattern === '*') {
      throw new Error(`repository pattern '*' matches every repository; expected RepositoryFilter.all()`);
    }
    if (!pattern.includes('*')) {
      throw new Error(
        `repository pattern '${pattern}' has no '*'; expected one, or RepositoryFilter.named('${pattern}')`,
      );
    }
    checkLength('pattern', pattern);
    if (!REPOSITORY_PATTERN.test(pattern)) {
      throw new Error(
        `repository pattern '${pattern}' can match no repository name; expected lower-case letters, digits and . _ - / * only`,
      );
    }
    // EventBridge refuses consecutive wildcards:
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching
    if (pattern.includes('**')) {
      throw new Error(`repository pattern '${pattern}' has '**'; expected a single '*', which also matches slashes`);
    }
    return new RepositoryFilter(`RepositoryFilter.matching('${pattern}')`, pattern);
  }

  private constructor(
    /**
     * How the filter was written, for messages.
     *
     * @internal
     */
    public readonly _description: string,
    /**
     * A name, or a pattern with `*`.
     *
     * @internal
     */
    public readonly _name: string,
    /** @internal */
    public readonly _repository?: ecr.IRepository,
  ) {}

  /** @internal */
  public get _matchesAll(): boolean {
    return this._name === '*';
  }

  /**
   * What the rule compares `detail.repository-name` with.
   *
   * @internal
   */
  public get _eventMatcher(): unknown {
    if (!this._name.includes('*')) {
      return this._name;
    }
    return this._name.indexOf('*') === this._name.length - 1
      ? { prefix: this._name.slice(0, -1) }
      : { wildcard: this._name };
  }

  /**
   * Whether every repository of the other filter is one of this filter.
   *
   * @internal
   */
  public _covers(other: RepositoryFilter): boolean {
    const anything = this._name.split('*').map(escapeRegExp).join('.*');
    return this._name === other._name || new RegExp(`^${anything}$`).test(other._name);
  }
}

function checkLength(what: 'name' | 'pattern', text: string): void {
  if (text.length < NAME_LENGTH.min || text.length > NAME_LENGTH.max) {
    throw new Error(
      `repository ${what} '${text}' has ${text.length} characters; expected ${NAME_LENGTH.min} to ${NAME_LENGTH.max}`,
    );
  }
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
