import type { Construct } from 'constructs';
import { MAX_REPOSITORY_PLATFORMS } from '../../lambda/core/contract';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';
import { RepositorySetting } from '../repository-setting';

type Choice<Prop extends keyof OciImageRemediationProps> = Required<
  Pick<OciImageRemediationProps, 'repositorySettings' | Prop>
>;

/** @throws if a setting is listed twice */
export function checkRepositorySettings(scope: Construct, { repositorySettings }: Choice<never>): void {
  const twice = repositorySettings.find((setting, index) => repositorySettings.indexOf(setting) !== index);
  if (twice) {
    throw new Error(
      `repositorySettings of ${scope.node.path} are ${repositorySettings.join(', ')}; expected ${twice} only once`,
    );
  }
}

/** Whether there is a function that recompresses layers: for every repository, or for those that choose it. */
export const isRecompressionDeployed = ({
  recompressLayers,
  repositorySettings,
}: Choice<'recompressLayers'>): boolean =>
  recompressLayers || repositorySettings.includes(RepositorySetting.RECOMPRESS_LAYERS);

/** How many companions an image can have. */
export const mostPlatforms = ({ platforms, repositorySettings }: Choice<'platforms'>): number =>
  repositorySettings.includes(RepositorySetting.PLATFORMS)
    ? Math.max(platforms.length, MAX_REPOSITORY_PLATFORMS)
    : platforms.length;
