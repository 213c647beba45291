import { Duration, Size, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { AuditOptions } from '../audit-options';
import type { ImagePlatform } from '../image-platform';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';
import type { RecompressionOptions } from '../recompression-options';
import { isRecompressionDeployed } from './repository-choices';

export function checkPlatforms(scope: Construct, platforms: readonly ImagePlatform[]): void {
  if (platforms.length === 0) {
    throw new Error(
      `platforms of ${scope.node.path} is an empty list; expected at least one ImagePlatform, or no list for linux/amd64`,
    );
  }
  const names = platforms.map(({ platform }) => platform);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) {
    throw new Error(`platforms of ${scope.node.path} are ${names.join(', ')}; expected ${twice} only once`);
  }
}

export function checkNumbersAboveZero(scope: Construct, numbers: Readonly<Record<string, number>>): void {
  for (const [prop, number] of Object.entries(numbers)) {
    if (!Token.isUnresolved(number) && !(number > 0 && Number.isFinite(number))) {
      throw new Error(`${prop} of ${scope.node.path} is ${number}; expected a number above 0`);
    }
  }
}

export function checkTimeAboveZero(scope: Construct, durations: Readonly<Record<string, Duration>>): void {
  for (const [prop, duration] of Object.entries(durations)) {
    if (!duration.isUnresolved() && duration.toMilliseconds() <= 0) {
      throw new Error(`${prop} of ${scope.node.path} is ${duration.toHumanString()}; expected a Duration above 0`);
    }
  }
}

export function checkAuditWindow(
  scope: Construct,
  {
    auditWindow,
    auditSchedule,
    alwaysBackfill,
  }: Required<Pick<AuditOptions, 'auditWindow' | 'auditSchedule' | 'alwaysBackfill'>>,
): void {
  if (auditWindow.isUnresolved()) {
    return;
  }
  const window = auditWindow.toMilliseconds();
  if (window <= 0 || window % Duration.days(1).toMilliseconds() !== 0) {
    throw new Error(
      `auditWindow of ${scope.node.path} is ${auditWindow.toHumanString()}; expected whole days, such as Duration.days(7)`,
    );
  }
  const interval = auditSchedule._interval;
  if (interval && !interval.isUnresolved() && interval.toMilliseconds() > window && !alwaysBackfill) {
    throw new Error(
      `auditWindow of ${scope.node.path} is ${auditWindow.toHumanString()}, but auditSchedule is every ${interval.toHumanString()}; expected at least that, or no audit sees the pushes in between`,
    );
  }
}

/** AWS doesn't document that `PutEvents` reaches a bus of another Region, as a rule can. */
export function checkEventBus(scope: Construct, eventBus: events.IEventBus | undefined): void {
  const region = eventBus?.env.region;
  const own = Stack.of(scope).region;
  if (region !== undefined && Token.compareStrings(region, own) === TokenComparison.DIFFERENT) {
    throw new Error(
      `eventBus of ${scope.node.path} is in ${region}; expected a bus in ${own}, from which a rule can forward the events to ${region}`,
    );
  }
}

export function checkRecompression(
  scope: Construct,
  {
    recompressLayers,
    repositorySettings,
    recompressionRole,
    maxRecompressedLayerSize,
  }: Required<Pick<OciImageRemediationProps, 'recompressLayers' | 'repositorySettings' | 'maxRecompressedLayerSize'>> &
    RecompressionOptions,
): void {
  if (recompressionRole && !isRecompressionDeployed({ recompressLayers, repositorySettings })) {
    throw new Error(
      `${scope.node.path} has recompressionRole and no recompressLayers; expected recompressLayers: true, or RepositorySetting.RECOMPRESS_LAYERS in repositorySettings`,
    );
  }
  checkLayerSize(scope, maxRecompressedLayerSize);
}

export const DEFAULT_MAX_LAYER_SIZE = Size.gibibytes(20);

export function checkLayerSize(scope: Construct, maxRecompressedLayerSize: Size): void {
  if (!maxRecompressedLayerSize.isUnresolved() && maxRecompressedLayerSize.toBytes() <= 0) {
    throw new Error(
      `maxRecompressedLayerSize of ${scope.node.path} is ${maxRecompressedLayerSize.toBytes()} bytes; expected a Size above 0`,
    );
  }
}
