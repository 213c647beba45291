import type { RefusalReason, SkipReason } from '../reasons';

/** One tag of one repository. */
export interface ImageTag {
  readonly repository: string;
  readonly tag: string;
}

/** A manifest as a registry names it. */
export interface ManifestIdentity {
  readonly digest: string;
  readonly mediaType: string;
}

export interface CompanionIdentity extends ManifestIdentity {
  readonly tag: string;
}

interface About {
  readonly image: ImageTag;
  /** What the source tag named when it was read last; absent if it was never read or no longer exists. */
  readonly source?: ManifestIdentity;
}

interface WithCompanion extends About {
  readonly source: ManifestIdentity;
  readonly companion: CompanionIdentity;
  /** The platform that was chosen from an index, such as `linux/amd64`; absent where the source is no index. */
  readonly platform?: string;
  /** JSON paths of the source manifest's fields that have no place in Docker V2 Schema 2. */
  readonly droppedFields: readonly string[];
}

/** A new Docker manifest was put under the companion tag. */
export interface Converted extends WithCompanion {
  readonly outcome: 'converted';
}

/** The companion tag now names a Docker manifest that was in the repository already. */
export interface Aliased extends WithCompanion {
  readonly outcome: 'aliased';
}

/** The companion tag was right already. */
export interface Unchanged extends WithCompanion {
  readonly outcome: 'unchanged';
}

/** Nothing to do, by design. */
export interface Skipped extends About {
  readonly outcome: 'skipped';
  readonly reason: SkipReason;
  readonly detail: string;
}

/** An image that cannot be expressed safely: a person must act. */
export interface Refused extends About {
  readonly outcome: 'refused';
  readonly reason: RefusalReason;
  /** One sentence: what is wrong and where. */
  readonly detail: string;
  /** The companion that could not be made or moved, with what it names now if it exists: then it is stale. */
  readonly companion?: { readonly tag: string; readonly staleDigest?: string };
}

/** What one repair did to one companion tag. */
export type Outcome = Converted | Aliased | Unchanged | Skipped | Refused;
export type OutcomeName = Outcome['outcome'];
