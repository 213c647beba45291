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

/** Each wrong tag once, also if it spoils several settings. */
export function settingsText({ platforms, companionFor, recompressLayers, refused }: SettingsReport): string {
  const chosen = `platforms ${platforms.join(' ')}, companion-for ${companionFor}, recompress-layers ${recompressLayers}`;
  const wrong = [...new Set(Object.values(refused))];
  return wrong.length > 0 ? `${chosen}; refused: ${wrong.join('; ')}` : chosen;
}
