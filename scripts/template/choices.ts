import type { ParameterName } from './parameters';

/** A value of CloudFormation, such as `{ Ref: 'Platforms' }`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What the template leaves to its parameters, and the construct decides when it's synthesized. */
export interface Choice {
  /** The name of its condition. */
  readonly name: string;
  readonly condition: Json;
  /** Choices that make a difference only if this one is off. */
  readonly otherwise?: readonly string[];
}

const is = (parameter: ParameterName, value: string): Json => ({ 'Fn::Equals': [{ Ref: parameter }, value] });
const isNot = (parameter: ParameterName, value: string): Json => ({ 'Fn::Not': [is(parameter, value)] });
const isTrue = (parameter: ParameterName): Json => is(parameter, 'true');
const isGiven = (parameter: ParameterName): Json => isNot(parameter, '');

const CONDITIONS = {
  RecompressesLayers: isTrue('RecompressLayers'),
  IncludesReplicatedImages: isTrue('IncludeReplicatedImages'),
  DeletesOrphanedCompanions: isTrue('DeleteOrphanedCompanions'),
  HasAuditSchedule: isGiven('AuditSchedule'),
  AlwaysBackfills: isTrue('AlwaysBackfill'),
  HasAlarmEmail: isGiven('AlarmEmail'),
  HasAlarmTopic: isGiven('AlarmTopicArn'),
  AlarmsOnOciImages: isTrue('CreateOciImagesPushedAlarm'),
  HasDashboard: isTrue('CreateDashboard'),
  TracesFunctions: isTrue('TraceFunctions'),
  HasPermissionsBoundary: isGiven('PermissionsBoundaryName'),
  RunsInVpc: { 'Fn::And': [isGiven('SubnetIds'), isGiven('SecurityGroupIds')] },
  HasEncryptionKey: isGiven('EncryptionKeyArn'),
  HasEventBus: isGiven('EventBusArn'),
  HasSigningProfile: isGiven('SigningProfileName'),
  ExcludesFromPullTimes: isTrue('ExcludeFromPullTimes'),
  HasCompanionTagPrefix: isGiven('CompanionTagPrefix'),
  ChoosesRepositories: isNot('Repositories', '*'),
  /** Without its `*`, the list is another. */
  HasRepositoryPattern: {
    'Fn::Not': [
      {
        'Fn::Equals': [{ 'Fn::Join': ['', { 'Fn::Split': ['*', { Ref: 'Repositories' }] }] }, { Ref: 'Repositories' }],
      },
    ],
  },
  HasExcludedRepositories: isGiven('ExcludedRepositories'),
} as const satisfies Readonly<Record<string, Json>>;

export type ChoiceName = keyof typeof CONDITIONS;

const OTHERWISE: Partial<Record<ChoiceName, readonly ChoiceName[]>> = { HasAlarmEmail: ['HasAlarmTopic'] };

export const CHOICES: readonly Choice[] = Object.entries(CONDITIONS).map(([name, condition]) => ({
  name,
  condition,
  otherwise: OTHERWISE[name as ChoiceName],
}));
