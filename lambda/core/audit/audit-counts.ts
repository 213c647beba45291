/** What an audit found; sums over all its parts. */
export interface AuditCounts {
  /** Tagged manifests. */
  readonly images: number;
  /** Those of them with an OCI media type. */
  readonly ociImages: number;
  /** Source tags whose companions are all what they should be. */
  readonly right: number;
  /** Source tags whose repair was asked for. */
  readonly requested: number;
  /** Source tags that cannot have their companion, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

export const NO_COUNTS: AuditCounts = { images: 0, ociImages: 0, right: 0, requested: 0, refused: {} };

export function addCounts(a: AuditCounts, b: AuditCounts): AuditCounts {
  const reasons = [...new Set([...Object.keys(a.refused), ...Object.keys(b.refused)])];
  return {
    images: a.images + b.images,
    ociImages: a.ociImages + b.ociImages,
    right: a.right + b.right,
    requested: a.requested + b.requested,
    refused: Object.fromEntries(reasons.map((reason) => [reason, (a.refused[reason] ?? 0) + (b.refused[reason] ?? 0)])),
  };
}
