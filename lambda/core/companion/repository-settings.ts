import { LINUX_PLATFORMS, MAX_REPOSITORY_PLATFORMS, REPOSITORY_SETTINGS, SETTING_TAG_PREFIX } from '../contract';
import { RegistryRefusal } from '../errors';
import { formatPlatform, type Platform, parsePlatform } from '../manifest/platform';
import { isSkipReason, Refusal } from '../reasons';
import type { ResourceTagReader } from '../registry';
import { COMPANION_FOR, type Policy, type RepositoryChoices, type RepositorySetting } from './policy';

export const settingTagKey = (setting: RepositorySetting): string => `${SETTING_TAG_PREFIX}${setting}`;

/**
 * The policy as this repository chose it. It's known before an image is read, because the platforms decide which companion tags a source tag
 * has, also one that no longer names an index.
 * @throws whatever the registry throws, unless it's a refusal: that one is only of what the repository would decide
 */
export async function policyOfRepository(
  registry: ResourceTagReader,
  repository: string,
  policy: Policy,
): Promise<Policy> {
  const { choices, ...others } = policy;
  if (!choices) return policy;
  try {
    return withChoices(others, choices, await registry.readResourceTags(repository));
  } catch (error) {
    if (!(error instanceof RegistryRefusal) || isSkipReason(error.reason)) throw error;
    const refusal = new Refusal(error.reason, error.detail);
    return { ...others, refusedSettings: new Map(choices.allowed.map((setting) => [setting, refusal])) };
  }
}

/**
 * What the resource tags choose. A tag that can't be followed isn't guessed at: what it would decide is refused until someone corrects it, and
 * nothing else.
 */
export function withChoices(
  policy: Policy,
  { allowed, recompression }: RepositoryChoices,
  tags: ReadonlyMap<string, string>,
): Policy {
  const refused = new Map<RepositorySetting, Refusal>();
  const unknown = [...tags.keys()].find(isUnknownSetting);
  if (unknown !== undefined) for (const setting of allowed) refused.set(setting, isUnknown(unknown, allowed));
  let chosen = policy;
  for (const setting of REPOSITORY_SETTINGS) {
    const value = tags.get(settingTagKey(setting));
    if (value === undefined) continue;
    const found = allowed.includes(setting)
      ? CHOICES[setting](value, chosen, recompression)
      : notAllowed(setting, allowed);
    if (found instanceof Refusal) refused.set(setting, found);
    else chosen = found;
  }
  return refused.size > 0 ? { ...chosen, refusedSettings: refused } : chosen;
}

type Choice = (value: string, policy: Policy, recompression: Policy['recompression']) => Policy | Refusal;

const CHOICES: Readonly<Record<RepositorySetting, Choice>> = {
  platforms: (value, policy) => {
    const platforms = platformsIn(value);
    return platforms ? { ...policy, platforms } : wrong('platforms', value, PLATFORMS_EXPECTED);
  },
  'companion-for': (value, policy) => {
    const companionFor = COMPANION_FOR.find((one) => one === value);
    return companionFor ? { ...policy, companionFor } : wrong('companion-for', value, COMPANION_FOR.join(' or '));
  },
  'recompress-layers': (value, policy, recompression) => {
    const { recompression: byDefault, ...without } = policy;
    const limits = recompression ?? byDefault;
    if (value === 'true' && limits) return { ...without, recompression: limits };
    return value === 'false' ? without : wrong('recompress-layers', value, 'true or false');
  },
};

const PLATFORMS_EXPECTED = `1 to ${MAX_REPOSITORY_PLATFORMS} different ones of ${LINUX_PLATFORMS.join(', ')}, separated by spaces`;

/** A tag's value has no commas: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html */
function platformsIn(value: string): Policy['platforms'] | undefined {
  const parsed = value.split(' ').filter(Boolean).map(parsePlatform);
  const known = parsed.filter((platform): platform is Platform => platform !== undefined && isKnown(platform));
  const [first, ...further] = known;
  const isEachOnce = new Set(known.map(formatPlatform)).size === parsed.length;
  return first && isEachOnce && known.length <= MAX_REPOSITORY_PLATFORMS ? [first, ...further] : undefined;
}

const isKnown = (platform: Platform): boolean => LINUX_PLATFORMS.some((known) => known === formatPlatform(platform));

/** Keys differ by case, and people don't see it. */
const isUnknownSetting = (key: string): boolean =>
  key.toLowerCase().startsWith(SETTING_TAG_PREFIX) &&
  !REPOSITORY_SETTINGS.some((setting) => key === settingTagKey(setting));

const wrong = (setting: RepositorySetting, value: string, expected: string): Refusal =>
  refusal(`the repository's resource tag ${settingTagKey(setting)} is '${value}', expected ${expected}`);

const notAllowed = (setting: RepositorySetting, allowed: readonly RepositorySetting[]): Refusal =>
  refusal(
    `the repository has the resource tag ${settingTagKey(setting)}, which the deployment doesn't allow; it allows ${keys(allowed)}`,
  );

const isUnknown = (key: string, allowed: readonly RepositorySetting[]): Refusal =>
  refusal(`the repository has the resource tag ${key}, which is not known; expected ${keys(allowed)}`);

const keys = (settings: readonly RepositorySetting[]): string => settings.map(settingTagKey).join(', ');

const refusal = (detail: string): Refusal => new Refusal('bad-repository-setting', detail);
