import {
  AuditSchedule,
  CompanionFor,
  CompanionTag,
  ImagePlatform,
  type OciImageRemediationStackProps,
  RemediationAlarm,
  RepositoryFilter,
  RepositorySetting,
  UncompressedLayers,
} from '../lib';

/** What `cdk deploy -c key=value` can set. */
const KEYS = [
  'repositories',
  'excludedRepositories',
  'companionTagSuffix',
  'companionTagPrefix',
  'platforms',
  'companionFor',
  'uncompressedLayers',
  'recompressLayers',
  'repositorySettings',
  'excludedTags',
  'includeReplicatedImages',
  'deleteOrphanedCompanions',
  'audit',
  'alwaysBackfill',
  'alarmEmail',
  'disabledAlarms',
  'dashboard',
] as const;
type Key = (typeof KEYS)[number];

const RENAMED = new Map<string, Key>([
  ['replicatedImages', 'includeReplicatedImages'],
  ['deleteOrphans', 'deleteOrphanedCompanions'],
  ['alarmsOff', 'disabledAlarms'],
]);

type Context = Readonly<Record<string, unknown>>;

/**
 * @param context every context value of the app, including those of the CDK itself
 * @returns the same choices as props; a prop without context is undefined and gets the construct's default
 * @throws if a key or a value is unknown
 */
export function propsFromContext(context: Context): OciImageRemediationStackProps {
  refuseUnknownKeys(Object.keys(context));
  return {
    repositories: list(context, 'repositories')?.map(repositoryFilter),
    excludedRepositories: list(context, 'excludedRepositories')?.map(repositoryFilter),
    platforms: list(context, 'platforms')?.map((name) => ImagePlatform.of(name)),
    companionTag: companionTag(context),
    companionFor: oneOf(context, 'companionFor', Object.values(CompanionFor)),
    uncompressedLayers: oneOf(context, 'uncompressedLayers', Object.values(UncompressedLayers)),
    recompressLayers: flag(context, 'recompressLayers'),
    repositorySettings: list(context, 'repositorySettings')?.map((name) =>
      checked('repositorySettings', name, Object.values(RepositorySetting)),
    ),
    excludedTags: list(context, 'excludedTags'),
    includeReplicatedImages: flag(context, 'includeReplicatedImages'),
    deleteOrphanedCompanions: flag(context, 'deleteOrphanedCompanions'),
    auditSchedule: auditSchedule(context),
    alwaysBackfill: flag(context, 'alwaysBackfill'),
    alarmEmail: text(context, 'alarmEmail'),
    disabledAlarms: list(context, 'disabledAlarms')?.map((name) =>
      checked('disabledAlarms', name, Object.values(RemediationAlarm)),
    ),
    dashboard: flag(context, 'dashboard'),
  };
}

/** A mistyped key would deploy the default, such as all repositories instead of one team's. The CDK's own keys contain `:`, `/` or `-`. */
function refuseUnknownKeys(keys: readonly string[]): void {
  const unknown = keys.filter((key) => /^\w+$/.test(key) && !KEYS.some((known) => known === key));
  if (unknown.length > 0) {
    const named = unknown.map((key) => (RENAMED.has(key) ? `${key} (renamed to ${RENAMED.get(key)})` : key));
    throw new Error(`unknown context ${named.join(', ')}; expected one of ${KEYS.join(', ')}`);
  }
}

/** An empty value counts as absent, so that a script can pass `-c platforms=$PLATFORMS`. */
function text(context: Context, key: Key): string | undefined {
  const value = context[key];
  if (value !== undefined && typeof value !== 'string') {
    throw new Error(`context ${key} is ${JSON.stringify(value)}; expected text`);
  }
  return value?.trim() || undefined;
}

const list = (context: Context, key: Key): string[] | undefined =>
  text(context, key)
    ?.split(',')
    .map((item) => item.trim());

function oneOf<T extends string>(context: Context, key: Key, allowed: readonly T[]): T | undefined {
  const value = text(context, key);
  return value === undefined ? undefined : checked(key, value, allowed);
}

function checked<T extends string>(key: Key, value: string, allowed: readonly T[]): T {
  const match = allowed.find((one) => one === value);
  if (match === undefined) {
    throw new Error(`context ${key} is '${value}'; expected ${allowed.join(' or ')}`);
  }
  return match;
}

/** The command line passes text; `cdk.json` can have a boolean. */
function flag(context: Context, key: Key): boolean | undefined {
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

function companionTag(context: Context): CompanionTag | undefined {
  const suffix = text(context, 'companionTagSuffix');
  const prefix = text(context, 'companionTagPrefix');
  if (suffix && prefix) {
    throw new Error(
      `context companionTagSuffix is '${suffix}' and companionTagPrefix is '${prefix}'; expected only one of them`,
    );
  }
  if (suffix) {
    return CompanionTag.suffix(suffix);
  }
  return prefix ? CompanionTag.prefix(prefix) : undefined;
}

function auditSchedule(context: Context): AuditSchedule | undefined {
  const audit = oneOf(context, 'audit', ['daily', 'off']);
  return audit && (audit === 'off' ? AuditSchedule.never() : AuditSchedule.daily());
}
