/** What scans of companions cost in a month. */
export interface Scans {
  /** Companions that are put. */
  readonly scanned: number;
  /** Companions that stay. */
  readonly kept: number;
  /** Re-scans of each companion that stays. */
  readonly rescans: number;
  /** US dollars. */
  readonly scanPrice: number;
  readonly rescanPrice: number;
}

/** Reported for us-east-1, not verified: https://aws.amazon.com/inspector/pricing/ */
export const REPORTED_PRICES = { scanPrice: 0.09, rescanPrice: 0.01 };

export const scanCost = ({ scanned, kept, rescans, scanPrice, rescanPrice }: Scans): number =>
  scanned * scanPrice + kept * rescans * rescanPrice;
