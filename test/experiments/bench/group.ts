import type { Row } from './row';

export interface GroupOptions {
  /** Smaller inputs and fewer rounds: for a look, not for a claim. */
  readonly quick: boolean;
  readonly progress: (line: string) => void;
}

/** Rows that are measured together. */
export interface Group {
  readonly what: string;
  readonly measure: (options: GroupOptions) => Promise<readonly Row[]>;
}

/**
 * Measures each subject once a round, in turn, so that a machine that gets slower gets slower for all.
 * @param rounds those that count; one more goes before them, to warm caches
 */
export async function interleaved<Name extends string, T>(
  subjects: Readonly<Record<Name, () => Promise<T>>>,
  rounds: number,
): Promise<Readonly<Record<Name, readonly T[]>>> {
  const names = Object.keys(subjects) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (let round = 0; round <= rounds; round += 1)
    for (const name of names) {
      const result = await subjects[name]();
      if (round > 0) measured[name].push(result);
    }
  return measured;
}
