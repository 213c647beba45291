import type { RefusalReason, SkipReason } from '../reasons';
import type { ManifestIdentity } from '../registry';

/** One tag of one repository. */
export interface ImageTag {
  readonly repository: string;
  readonly tag: string;
}

export interface CompanionIdentity extends ManifestIdentity {
  readonly tag: string;
}

interface OutcomeBase {
  readonly image: ImageTag;
  /** What the source tag named when it was last read; absent if it was never read or no longer exists. */
  readonly source?: ManifestIdentity;
}

interface WithCompanion extends OutcomeBase {
  readonly source: ManifestIdentity;
  readonly companion: CompanionIdentity;
  /** The platform that was chosen from an index, such as `linux/amd64`; absent if the source is not an index. */
  readonly platform?: string;
  /** JSON paths of the source manifest's fields that have no place in Docker V2 Schema 2. */
  readonly droppedFields: readonly string[];
}

interface Written extends WithCompanion {
  /** What the companion tag named before; absent if it did not exist. */
  readonly replacedDigest?: string;
}

/** What was done so that Docker V2 Schema 2 can name every layer. */
export interface RecompressedLayers {
  /** Layers that were made. Those that the repository had already are not among them. */
  readonly layers: number;
  /** Of the compressed layers that were read. */
  readonly bytes: number;
  readonly seconds: number;
}

/** A new Docker manifest was put under the companion tag. */
export interface Converted extends Written {
  readonly outcome: 'converted';
  /** Absent if no layer needed it. */
  readonly recompressed?: RecompressedLayers;
}

/** Layers must be recompressed first. It is requested, and its own outcome follows. */
export interface Recompressing extends OutcomeBase {
  readonly outcome: 'recompressing';
  /** One sentence: which layer, and what it is. */
  readonly detail: string;
  /** The companion that will be made or moved, with what it still names if it exists. */
  readonly companion: { readonly tag: string; readonly outOfDateDigest?: string };
}

/** The companion tag now names a Docker manifest that was in the repository already. */
export interface Aliased extends Written {
  readonly outcome: 'aliased';
}

/** The companion tag was current already. */
export interface Unchanged extends WithCompanion {
  readonly outcome: 'unchanged';
}

/** Nothing to do, by design. */
export interface Skipped extends OutcomeBase {
  readonly outcome: 'skipped';
  readonly reason: SkipReason;
  readonly detail: string;
}

/** The image can't be expressed safely, or its companion can't be put: a person has to act. */
export interface Refused extends OutcomeBase {
  readonly outcome: 'refused';
  readonly reason: RefusalReason;
  /** One sentence: what is wrong and where. */
  readonly detail: string;
  /** The companion that could not be made or moved, with what it still names if it exists. */
  readonly companion?: { readonly tag: string; readonly outOfDateDigest?: string };
}

/** What one repair did to one companion tag. */
export type Outcome = Converted | Aliased | Unchanged | Recompressing | Skipped | Refused;
export type OutcomeName = Outcome['outcome'];

/** What a repair finds of a companion. */
export type CompanionState = 'current' | 'missing' | 'out-of-date' | 'refused' | 'not-needed';

/** The state in which the repair found the companion; after a dry run it is still in that state. */
export function companionStateOf(outcome: Outcome): CompanionState {
  switch (outcome.outcome) {
    case 'converted':
    case 'aliased':
      return outcome.replacedDigest === undefined ? 'missing' : 'out-of-date';
    case 'unchanged':
      return 'current';
    case 'recompressing':
      return outcome.companion.outOfDateDigest === undefined ? 'missing' : 'out-of-date';
    case 'refused':
      return 'refused';
    case 'skipped':
      return 'not-needed';
  }
}
