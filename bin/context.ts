import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  type OciImageRemediationStackProps,
  RemediationAlarm,
  RepositoryFilter,
  UncompressedLayers,
} from '../lib';

/** What `cdk deploy -c key=value` can set. */
const KEYS = [
  'repositories',
  'companionTagSuffix',
  'companionTagPrefix',
  'platforms',
  'companionFor',
  'uncompressedLayers',
  'excludedTags',
  'replicatedImages',
  'deleteOrphans',
  'audit',
  'alarmEmail',
  'alarmsOff',
  'dashboard',
] as const;
type Key = (typeof KEYS)[number];

/**
 * @param context every context value of the app, also those of the CDK itself
 * @returns the same settings as props; defaults are left to the stack
 * @throws if a key or a value is not one that the app knows
 */
export function settingsOf(context: Readonly<Record<string, unknown>>): OciImageRemediationStackProps {
  refuseUnknownKeys(Object.keys(context));
  const repositories = list(context, 'repositories')?.map(repositoryFilter);
  const platforms = list(context, 'platforms')?.map((name) => ImagePlatform.of(name));
  const companionTag = companionTagOf(text(context, 'companionTagSuffix'), text(context, 'companionTagPrefix'));
  const companionFor = oneOf(context, 'companionFor', Object.values(CompanionFor));
  const uncompressedLayers = oneOf(context, 'uncompressedLayers', Object.values(UncompressedLayers));
  const excludedTags = list(context, 'excludedTags');
  const replicatedImages = flag(context, 'replicatedImages');
  const deleteOrphans = flag(context, 'deleteOrphans');
  const audit = oneOf(context, 'audit', ['daily', 'off']);
  const alarmEmail = text(context, 'alarmEmail');
  const alarmsOff = listOf(context, 'alarmsOff', Object.values(RemediationAlarm));
  const dashboard = flag(context, 'dashboard');
  return {
    ...(repositories && { repositories }),
    ...(platforms && { platforms }),
    ...(companionTag && { companionTag }),
    ...(companionFor && { companionFor }),
    ...(uncompressedLayers && { uncompressedLayers }),
    ...(excludedTags && { excludedTags }),
    ...(replicatedImages !== undefined && { replicatedImages }),
    ...(deleteOrphans !== undefined && { deleteOrphans }),
    ...(audit && { auditSchedule: audit === 'off' ? AuditSchedule.never() : AuditSchedule.daily() }),
    ...(alarmEmail && { alarmEmail }),
    ...(alarmsOff && { alarmsOff }),
    ...(dashboard !== undefined && { dashboard }),
  };
}

/** A mistyped key would otherwise deploy the default: all repositories instead of one team's. Keys of the CDK have `:`, `/` or `-`. */
function refuseUnknownKeys(keys: readonly string[]): void {
  const unknown = keys.filter((key) => /^\w+$/.test(key) && !KEYS.some((known) => known === key));
  if (unknown.length > 0) {
    throw new Error(`unknown context ${unknown.join(', ')}; expected one of ${KEYS.join(', ')}`);
  }
}

/** An empty value is as good as none, so that a script may pass `-c platforms=$PLATFORMS`. */
function text(context: Readonly<Record<string, unknown>>, key: Key): string | undefined {
  const value = context[key];
  if (value !== undefined && typeof value !== 'string') {
    throw new Error(`context ${key} is ${JSON.stringify(value)}; expected text`);
  }
  return value?.trim() || undefined;
}

function list(context: Readonly<Record<string, unknown>>, key: Key): string[] | undefined {
  return text(context, key)
    ?.split(',')
    .map((item) => item.trim());
}

function oneOf<T extends string>(
  context: Readonly<Record<string, unknown>>,
  key: Key,
  allowed: readonly T[],
): T | undefined {
  const value = text(context, key);
  return value === undefined ? undefined : checked(key, value, allowed);
}

function listOf<T extends string>(
  context: Readonly<Record<string, unknown>>,
  key: Key,
  allowed: readonly T[],
): T[] | undefined {
  return list(context, key)?.map((value) => checked(key, value, allowed));
}

function checked<T extends string>(key: Key, value: string, allowed: readonly T[]): T {
  const match = allowed.find((one) => one === value);
  if (match === undefined) {
    throw new Error(`context ${key} is '${value}'; expected ${allowed.join(' or ')}`);
  }
  return match;
}

/** The command line gives text; `cdk.json` may give a boolean. */
function flag(context: Readonly<Record<string, unknown>>, key: Key): boolean | undefined {
  const value = context[key];
  if (typeof value === 'boolean') {
    return value;
  }
  const match = oneOf(context, key, ['true', 'false']);
  return match === undefined ? undefined : match === 'true';
}

function repositoryFilter(name: string): RepositoryFilter {
  if (name === '*') {
    return RepositoryFilter.all();
  }
  return name.includes('*') ? RepositoryFilter.matching(name) : RepositoryFilter.named(name);
}

function companionTagOf(suffix: string | undefined, prefix: string | undefined): CompanionTag | undefined {
  if (suffix !== undefined && prefix !== undefined) {
    throw new Error(
      `context companionTagSuffix is '${suffix}' and companionTagPrefix is '${prefix}'; expected one of them`,
    );
  }
  if (suffix !== undefined) {
    return CompanionTag.suffix(suffix);
  }
  return prefix === undefined ? undefined : CompanionTag.prefix(prefix);
}
