import { Token } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { MAX_REPOSITORY_NAME_LENGTH, REPOSITORY_PATTERN } from '../lambda/core/contract';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const NAME = /^(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*\/)*[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const NAME_LENGTH = { min: 2, max: MAX_REPOSITORY_NAME_LENGTH };

/**
 * Chooses repositories of the account and Region by name.
 *
 * The same filter makes the event pattern, the environment of the function, and the resources of the IAM policy, which decide
 * what may be read and written. If the filters make an event pattern that EventBridge might refuse, as too long or too complex,
 * the rule matches every repository and the function leaves the others alone.
 */
export class RepositoryFilter {
  /**
   * Every repository of the account and Region, including future ones.
   */
  public static all(): RepositoryFilter {
    return new RepositoryFilter('RepositoryFilter.all()', '*');
  }

  /**
   * One repository of the same account and Region.
   *
   * @param repository defined in this app, or imported
   */
  public static of(repository: ecr.IRepository): RepositoryFilter {
    return new RepositoryFilter(`RepositoryFilter.of(${repository.node.path})`, repository.repositoryName, repository);
  }

  /**
   * One repository by its name.
   *
   * @param repositoryName such as `team/app`; a token is not checked
   * @throws if Amazon ECR does not allow the name
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
          `repository name '${repositoryName}' is not allowed by Amazon ECR; expected lowercase letters and digits with . _ __ - or / between them, such as 'team/app'`,
        );
      }
    }
    return new RepositoryFilter(`RepositoryFilter.named('${repositoryName}')`, repositoryName);
  }

  /**
   * Every repository whose name matches a pattern, including future ones.
   *
   * A pattern whose only `*` is at its end becomes a `prefix` in the rule, any other a `wildcard`.
   *
   * @param pattern such as `team/*`; each `*` matches any characters, including slashes
   * @throws if the pattern has no `*`, two `*` in a row, or a character that Amazon ECR does not allow in a name
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
        `repository pattern '${pattern}' cannot match any repository name; expected only lowercase letters, digits and . _ - / *`,
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
     * How the filter was written, for error messages.
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
   * The matcher of `detail.repository-name` in the event pattern.
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
   * Whether this filter chooses every repository that the other one does.
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
