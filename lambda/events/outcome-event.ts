import type { Outcome, RecompressedLayers } from '../core/companion/outcome';
import { type RegistryAddress, registryHost } from '../core/registry-address';

/** The detail of an `Image Remediation` event, and the body of an outcome's log line. */
export interface OutcomeDetail {
  readonly repository: string;
  readonly sourceTag: string;
  readonly sourceDigest?: string;
  readonly sourceMediaType?: string;
  readonly outcome: Outcome['outcome'];
  readonly reason?: string;
  readonly detail?: string;
  readonly companionTag?: string;
  readonly companionDigest?: string;
  readonly companionImageUri?: string;
  /** What to give to SageMaker: a tag can move, a digest cannot. */
  readonly companionImageUriByDigest?: string;
  /** What the companion tag named before; absent if it did not exist. */
  readonly replacedDigest?: string;
  readonly platform?: string;
  /** Absent if no layer had to be recompressed. */
  readonly recompressed?: RecompressedLayers;
  /** Why the repository's lifecycle policy can expire or archive images because of this new companion, in one sentence. */
  readonly lifecycleRisk?: string | undefined;
  /** At most 50; `droppedFieldCount` says how many there were. */
  readonly droppedFields?: readonly string[];
  readonly droppedFieldCount?: number;
}

/** An event has 256 KiB, and a manifest 4 MiB of annotations. */
const MAX_DROPPED_FIELDS = 50;

/** A Docker V2 digest is not the OCI digest, so both are here: this is how people relate the two. */
export function outcomeDetail(outcome: Outcome, address: RegistryAddress): OutcomeDetail {
  const { image, source } = outcome;
  const base = {
    repository: image.repository,
    sourceTag: image.tag,
    ...(source ? { sourceDigest: source.digest, sourceMediaType: source.mediaType } : {}),
    outcome: outcome.outcome,
  };
  if (outcome.outcome === 'skipped' || outcome.outcome === 'refused') {
    const { reason, detail } = outcome;
    return {
      ...base,
      reason,
      detail,
      ...(outcome.outcome === 'refused' && outcome.companion ? { companionTag: outcome.companion.tag } : {}),
    };
  }
  if (outcome.outcome === 'recompressing')
    return { ...base, detail: outcome.detail, companionTag: outcome.companion.tag };
  const { companion, droppedFields, platform } = outcome;
  const repositoryUri = `${registryHost(address)}/${image.repository}`;
  return {
    ...base,
    companionTag: companion.tag,
    companionDigest: companion.digest,
    companionImageUri: `${repositoryUri}:${companion.tag}`,
    companionImageUriByDigest: `${repositoryUri}@${companion.digest}`,
    ...('replacedDigest' in outcome && outcome.replacedDigest ? { replacedDigest: outcome.replacedDigest } : {}),
    ...(platform ? { platform } : {}),
    ...('recompressed' in outcome && outcome.recompressed ? { recompressed: outcome.recompressed } : {}),
    droppedFields: droppedFields.slice(0, MAX_DROPPED_FIELDS),
    droppedFieldCount: droppedFields.length,
  };
}
