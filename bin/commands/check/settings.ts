import type { CompanionFor, Policy } from '../../../lambda/core/companion/policy';
import { formatPlatform } from '../../../lambda/core/manifest/platform';

/** What counts for a repository that chooses for itself. */
export interface SettingsReport {
  readonly platforms: readonly string[];
  readonly companionFor: CompanionFor;
  readonly recompressLayers: boolean;
  /** Its resource tags that can't be followed, with why. */
  readonly refused: Readonly<Record<string, string>>;
}

export const settingsJson = ({ platforms, companionFor, recompression, refusedSettings }: Policy): SettingsReport => ({
  platforms: platforms.map(formatPlatform),
  companionFor,
  recompressLayers: recompression !== undefined,
  refused: Object.fromEntries([...(refusedSettings ?? [])].map(([setting, { detail }]) => [setting, detail])),
});

/** Name and value; each wrong tag once, also if it spoils several settings. */
export function settingsFields({
  platforms,
  companionFor,
  recompressLayers,
  refused,
}: SettingsReport): readonly (readonly [name: string, value: string])[] {
  const chosen = `platforms ${platforms.join(' ')}, companion-for ${companionFor}, recompress-layers ${recompressLayers}`;
  return [['settings', chosen], ...[...new Set(Object.values(refused))].map((why) => ['wrong setting', why] as const)];
}
