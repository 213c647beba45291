/** Numbers by name. */
type Tally = Readonly<Record<string, number>>;

/** What an audit found; sums over all its pages. */
export interface AuditCounts {
  /** Tagged manifests. */
  readonly images: number;
  /** Those of them with an OCI media type. */
  readonly ociImages: number;
  /** Source tags whose companions are all what they should be. */
  readonly upToDate: number;
  /** Source tags whose repair was requested. */
  readonly requested: number;
  /** Source tags that can't have their companion, by reason. */
  readonly refused: Tally;
}

export const NO_COUNTS: AuditCounts = { images: 0, ociImages: 0, upToDate: 0, requested: 0, refused: {} };

export const addCounts = (a: AuditCounts, b: AuditCounts): AuditCounts => ({
  images: a.images + b.images,
  ociImages: a.ociImages + b.ociImages,
  upToDate: a.upToDate + b.upToDate,
  requested: a.requested + b.requested,
  refused: addByKey(a.refused, b.refused),
});

function addByKey(a: Tally, b: Tally): Tally {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(keys.map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]));
}
