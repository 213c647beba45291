import { type CompanionTagForm, companionTagOf } from '../companion/companion-tag';
import type { Platform } from '../manifest/platform';

/** Globs that match exactly the companions of the tags that a glob matches: `v*-dockerv2` for `v*`. One for each platform, or one for all. */
export function companionGlobsOf(
  globs: readonly string[],
  form: CompanionTagForm,
  platforms: readonly Platform[],
): readonly (readonly string[])[] {
  // In the prefix form, `dockerv2-*` matches the companions of further platforms too (`dockerv2--arm64-v1`).
  const isOneForAll = 'prefix' in form && globs.every((glob) => glob.startsWith('*'));
  const chosen = isOneForAll ? platforms.slice(0, 1) : platforms;
  return chosen.map((platform, at) => globs.map((glob) => companionTagOf(glob, form, at > 0 ? platform : undefined)));
}

/** Which companion tags a glob matches: none, those of the tags that it matches, or others too. */
export type Reach = 'none' | 'own' | 'others';

export function reachOf(glob: string, form: CompanionTagForm, platforms: readonly Platform[]): Reach {
  const added = platforms.map((platform, at) => companionTagOf('', form, at > 0 ? platform : undefined));
  const reaches = added.map((text) =>
    'suffix' in form ? reachWithSuffix(glob, text) : reachWithSuffix(reversed(glob), reversed(text)),
  );
  return (['others', 'own'] as const).find((reach) => reaches.includes(reach)) ?? 'none';
}

const reversed = (text: string): string => [...text].reverse().join('');

function reachWithSuffix(glob: string, suffix: string): Reach {
  const literals = glob.split('*');
  const last = literals.pop() ?? '';
  if (literals.length === 0) return last.endsWith(suffix) ? 'others' : 'none';
  if (last !== '') return suffix.endsWith(last) || last.endsWith(suffix) ? 'others' : 'none';
  // What the last `*` follows: if the suffix can hold a part of it, `*-*` matches v1-dockerv2 but not v1. With one `*`, as in `release-*`,
  // only a single tag can be such (`release`), which is let pass.
  const before = literals.slice(1).filter(Boolean).at(-1) ?? '';
  const isInSuffix = [...before].some((_, at) =>
    at === 0 ? suffix.includes(before) : suffix.startsWith(before.slice(at)),
  );
  return isInSuffix ? 'others' : 'own';
}
