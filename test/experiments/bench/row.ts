/** What the ratio of a row should be. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One thing that was measured several times, beside what it is compared with; both of the same run. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: readonly number[];
  /** What people use instead, a limit, or ourselves at another size. */
  readonly against: { readonly what: string; readonly values: readonly number[] };
  /** Of ours by the other. @default it's only reported */
  readonly goal?: Goal;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws if there are no values, or one isn't a number: a bench that didn't measure must not meet its goal */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted.at(0), sorted.at(-1)];
  if (min === undefined || max === undefined || !values.every(Number.isFinite))
    throw new Error(`expected measurements, got [${values.join(', ')}]`);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? min;
  return { median: (lower + upper) / 2, min, max };
}

/** Of what was measured in the same round, since a machine is slower in some rounds; one value stands for all rounds. */
export function ratiosOf({ ours, against: { values } }: Row): readonly number[] {
  const rounds = Math.max(ours.length, values.length);
  const at = (measured: readonly number[], round: number): number => {
    const value = measured[measured.length === 1 ? 0 : round];
    if (value === undefined) throw new Error(`expected ${rounds} measurements or 1, got ${measured.length}`);
    return value;
  };
  return Array.from({ length: rounds }, (_, round) => at(ours, round) / at(values, round));
}

/** @returns nothing if the row has no goal */
export function isMet(row: Row): boolean | undefined {
  if (!row.goal) return undefined;
  const { median } = spreadOf(ratiosOf(row));
  return 'atMost' in row.goal ? median <= row.goal.atMost : median >= row.goal.atLeast;
}

/** Something that has one value, such as a limit. */
export const fixed = (what: string, value: number): Row['against'] => ({ what, values: [value] });
