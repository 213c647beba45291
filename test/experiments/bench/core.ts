import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledChild } from '../../support/bundled-child';
import type { CoreResult } from './core-child';
import type { Group } from './group';
import { fixed, type Row } from './row';

const rowsOf = ([name, { ours, theirs, allocated, bytes }]: [string, CoreResult]): readonly Row[] => [
  {
    what: `${name}: read and convert`,
    unit: 'CPU µs',
    ours,
    against: { what: 'JSON.parse and JSON.stringify', values: theirs },
    goal: { atMost: 3 },
  },
  {
    what: `${name}: allocated`,
    unit: 'bytes',
    ours: [allocated],
    against: fixed('the manifest', bytes),
    goal: { atMost: 12 },
  },
];

function linearRow(results: Readonly<Record<string, CoreResult>>): Row {
  const perByte = (name: string) => {
    const { ours = [], bytes = Number.NaN } = results[name] ?? {};
    return ours.map((microseconds) => (microseconds * 1_000) / bytes);
  };
  return {
    what: '4 MiB of layers: read and convert',
    unit: 'CPU ns/byte',
    ours: perByte('4 MiB of layers'),
    against: { what: '100 layers', values: perByte('100 layers') },
    goal: { atMost: 2 },
  };
}

export const core: Group = {
  what: 'reading a manifest strictly and converting it',
  measure: async ({ quick }) => {
    const directory = mkdtempSync(join(tmpdir(), 'bench-core-'));
    try {
      const run = bundledChild<number, Record<string, CoreResult>>(join(__dirname, 'core-child.ts'), directory);
      const results = await run(quick ? 3 : 11);
      return [...Object.entries(results).flatMap(rowsOf), linearRow(results)];
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};
