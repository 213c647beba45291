import { Stack, Tokenization } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { ENV } from '../../lambda/core/contract';
import { isRecompressionDeployed } from './repository-choices';
import type { RepositorySelection } from './repository-selection';
import type { Settings } from './settings';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const MAX_CHARACTERS = 4_096;

/** @throws if the environment is larger than Lambda allows */
export function environmentOf(
  scope: Construct,
  settings: Settings,
  repositories: RepositorySelection,
  eventBus: IEventBus,
): Readonly<Record<string, string>> {
  const { account, partition, urlSuffix } = Stack.of(scope);
  const environment = {
    [ENV.account]: account,
    [ENV.partition]: partition,
    [ENV.urlSuffix]: urlSuffix,
    ...settings.companionTag._environment,
    [ENV.platforms]: settings.platforms.map(({ platform }) => platform).join(','),
    [ENV.companionFor]: settings.companionFor,
    [ENV.uncompressedLayers]: settings.uncompressedLayers,
    ...(isRecompressionDeployed(settings) && {
      [ENV.maxRecompressedLayerBytes]: Tokenization.stringifyNumber(settings.maxRecompressedLayerSize.toBytes()),
      ...(!settings.recompressLayers && { [ENV.recompressByTagOnly]: 'true' }),
    }),
    ...(settings.repositorySettings.length > 0 && { [ENV.repositorySettings]: settings.repositorySettings.join(',') }),
    [ENV.excludedTags]: settings.excludedTags.join(','),
    ...(settings.deleteOrphanedCompanions && { [ENV.deleteOrphanedCompanions]: 'true' }),
    [ENV.putImagesPerSecond]: Tokenization.stringifyNumber(settings.putImagesPerSecond),
    [ENV.auditPutImagesPerSecond]: Tokenization.stringifyNumber(settings.auditPutImagesPerSecond),
    [ENV.auditWindowDays]: Tokenization.stringifyNumber(settings.auditWindow.toDays()),
    [ENV.repositories]: repositories.names.join(','),
    [ENV.excludedRepositories]: repositories.excludedNames.join(','),
    [ENV.eventBusName]: reachableName(scope, eventBus),
  };
  const characters = Object.entries(environment).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (characters > MAX_CHARACTERS) {
    throw new Error(
      `repositories, excludedRepositories and excludedTags of ${scope.node.path} make an environment of ${characters} characters; expected at most ${MAX_CHARACTERS}, the limit of Lambda: use fewer or shorter patterns`,
    );
  }
  return environment;
}

/** `PutEvents` takes a bus of another account or Region only by its ARN. */
function reachableName(scope: Construct, { env, eventBusName, eventBusArn }: IEventBus): string {
  const { account, region } = Stack.of(scope);
  return env.account === account && env.region === region ? eventBusName : eventBusArn;
}
