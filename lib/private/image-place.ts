import { Arn, ArnFormat, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import type { ImageUri } from './image-uri';

/** Where a repository is, as far as it's known. */
export interface ImagePlace {
  readonly account: string;
  readonly region: string;
}

/** An imported repository has the environment of the stack that imports it, unless it's imported by its ARN. */
export function placeOf(repository: ecr.IRepository): ImagePlace {
  if (Token.isUnresolved(repository.repositoryArn)) {
    return repository.env;
  }
  const { account, region } = Arn.split(repository.repositoryArn, ArnFormat.SLASH_RESOURCE_NAME);
  return { account: account ?? repository.env.account, region: region ?? repository.env.region };
}

/**
 * Layers are not copied, so the image must be where the stack is. What is known only at deployment, the function checks.
 *
 * @throws if the repository is known to be elsewhere
 */
export function checkPlace(scope: Construct, { account, region }: ImagePlace): void {
  const stack = Stack.of(scope);
  const isElsewhere =
    Token.compareStrings(account, stack.account) === TokenComparison.DIFFERENT ||
    Token.compareStrings(region, stack.region) === TokenComparison.DIFFERENT;
  if (isElsewhere) {
    throw new Error(
      `the image of ${scope.node.path} is in the account ${account} and the Region ${region}; expected ${stack.account} and ${stack.region}, where the stack is. Copy the image there first, for example with cdk-ecr-deployment, and use the copy`,
    );
  }
}

export const importedRepository = (scope: Construct, { account, region, repositoryName }: ImageUri): ecr.IRepository =>
  ecr.Repository.fromRepositoryAttributes(scope, 'Repository', {
    repositoryName,
    repositoryArn: Stack.of(scope).formatArn({
      service: 'ecr',
      resource: 'repository',
      resourceName: repositoryName,
      account,
      region,
    }),
  });
