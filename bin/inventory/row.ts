import type { CompanionState } from '../../lambda/core/companion/outcome';
import type { RefusalReason, SkipReason } from '../../lambda/core/reasons';
import type { Accepted } from './acceptance';

/** The states of a tag's companion, with what each means. docs/cli.md lists the same. */
export const TAG_STATES = {
  current: 'the companion is what it should be',
  missing: 'the companion does not exist yet',
  'out-of-date': 'the companion names another image than it should',
  refused: "the image can't have a companion: someone has to act",
  'not-needed': 'the tag needs no companion',
  companion: 'the tag is a companion itself',
  orphan: 'the tag is a companion whose source tag no longer exists',
  unreadable: "the registry didn't return the manifest",
} as const satisfies Record<CompanionState | 'companion' | 'orphan' | 'unreadable', string>;
export type TagState = keyof typeof TAG_STATES;

export interface CompanionStatus {
  readonly state: TagState;
  readonly reason?: RefusalReason | SkipReason;
  /** One sentence: what is wrong and where. */
  readonly detail?: string;
  /** The companion's tag. */
  readonly tag?: string;
  /** What that tag names now. */
  readonly digest?: string;
  /** That was chosen from an index; absent if the source is not an index. */
  readonly platform?: string;
}

export const IMAGE_KINDS = ['image', 'index', 'artifact', 'build-cache', 'unknown'] as const;
export type ImageKind = (typeof IMAGE_KINDS)[number];

/** One tag of the inventory. */
export interface Row {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly kind: ImageKind;
  /** What people call the format, such as `OCI index`. */
  readonly format: string;
  readonly pushedAt?: Date;
  readonly size?: number;
  /** Absent if they aren't known. */
  readonly platforms?: readonly string[];
  /** A service that decides by the platform is `unknown` here, unless the scan was for it. */
  readonly accepted: Accepted;
  /** The worst of its companions; one that can be repaired comes first. */
  readonly companion: CompanionStatus;
  /** One for each platform of the policy that the source can have a companion for. */
  readonly companions: readonly CompanionStatus[];
  /** Whether a repair would put something. */
  readonly isRepairable: boolean;
}

/** Whether the tag is an image that was pushed to run, not a companion, chart or cache. */
export const isSourceImage = ({ kind, companion: { state, reason } }: Row): boolean =>
  (kind === 'image' || kind === 'index') && state !== 'companion' && state !== 'orphan' && reason !== 'soci-tag';
