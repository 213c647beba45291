import type { WantedImage } from './core/companion/docker-image';
import type { Policy } from './core/companion/policy';
import { DEPLOYED_TAG_SUFFIX, IMAGE_PROPERTIES } from './core/contract';
import { UNCOMPRESSED_LAYERS } from './core/manifest/convert';
import { parsePlatform, platformOf } from './core/manifest/platform';
import type { RegistryAddress } from './core/registry-address';
import { NotProvided } from './custom-resource';

export interface ImageRequest {
  readonly wanted: WantedImage;
  readonly policy: Policy;
}

/** What the construct asks for. @throws NotProvided if the image is not in this registry @throws Error that names the property, the value got and the value expected */
export function readImageRequest(
  properties: Readonly<Record<string, unknown>>,
  { account, region }: RegistryAddress,
): ImageRequest {
  const text = (name: string): string | undefined => {
    const value = properties[name];
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw invalid(name, value, 'text');
  };
  const required = (name: string): string => text(name) ?? raise(invalid(name, undefined, 'text'));
  const arn = required(IMAGE_PROPERTIES.repositoryArn);
  const [, itsRegion, itsAccount, repository] = /^arn:[^:]+:ecr:([^:]+):([^:]+):repository\/(.+)/.exec(arn) ?? [];
  if (!repository) throw invalid(IMAGE_PROPERTIES.repositoryArn, arn, 'the ARN of a repository');
  if (itsAccount !== account || itsRegion !== region) {
    throw new NotProvided(
      `${repository} is in the account ${itsAccount} and the Region ${itsRegion}, and the stack is in ${account} and ${region}. Copy the image to a repository of this account and Region first, for example with cdk-ecr-deployment, and use that.`,
    );
  }
  const platformText = text(IMAGE_PROPERTIES.platform);
  const platform =
    platformText === undefined
      ? undefined
      : (parsePlatform(platformText) ?? raise(invalid(IMAGE_PROPERTIES.platform, platformText, 'os/architecture')));
  const uncompressedText = required(IMAGE_PROPERTIES.uncompressedLayers);
  const uncompressedLayers =
    UNCOMPRESSED_LAYERS.find((one) => one === uncompressedText) ??
    raise(invalid(IMAGE_PROPERTIES.uncompressedLayers, uncompressedText, UNCOMPRESSED_LAYERS.join(' or ')));
  const maxLayerText = text(IMAGE_PROPERTIES.maxRecompressedLayerBytes);
  const maxLayerBytes = Number(maxLayerText);
  if (maxLayerText !== undefined && !(maxLayerBytes > 0))
    throw invalid(IMAGE_PROPERTIES.maxRecompressedLayerBytes, maxLayerText, 'a number above 0');
  return {
    wanted: {
      repository,
      reference: required(IMAGE_PROPERTIES.reference),
      companionTag: text(IMAGE_PROPERTIES.companionTag),
      platform,
    },
    policy: {
      scope: { repositories: [repository], excludedRepositories: [], excludedTags: [] },
      companionTag: { suffix: DEPLOYED_TAG_SUFFIX },
      platforms: [platform ?? platformOf('linux', 'amd64')],
      companionFor: 'every-tag',
      uncompressedLayers,
      ...(maxLayerText === undefined ? {} : { recompression: { maxLayerBytes } }),
    },
  };
}

const invalid = (name: string, got: unknown, expected: string): Error =>
  new Error(`the property ${name} is ${JSON.stringify(got)}, expected ${expected}`);

function raise(error: Error): never {
  throw error;
}
