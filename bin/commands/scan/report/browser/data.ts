/** What the page is given, as JSON. Texts that many rows share stand in a list, and a row has their position in it. */
export interface PageJson {
  /** Services, each with a column of verdicts. */
  readonly consumers: readonly string[];
  readonly states: readonly string[];
  /** Repositories. */
  readonly names: readonly string[];
  /** Reasons and details. */
  readonly texts: readonly string[];
  /** Formats. */
  readonly kinds: readonly string[];
  readonly rows: readonly RowJson[];
}

export type RowJson = readonly [
  repository: number,
  tag: string,
  format: number,
  verdicts: readonly Verdict[],
  state: number,
  reason: number,
  detail: number,
  /** Seconds since the epoch, or -1. */
  pushed: number,
  /** Bytes, or -1. */
  size: number,
  digest: string,
];

/** Accepted, refused, unknown, or nothing to accept: no image. */
export type Verdict = 0 | 1 | 2 | 3;
