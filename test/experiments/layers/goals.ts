import type { Row, Rows } from './rows';

export const perCpuSecond = ({ tarBytes, cpuSeconds }: Row): number => tarBytes / 1e6 / cpuSeconds;
export const perSecond = ({ tarBytes, seconds }: Row): number => tarBytes / 1e6 / seconds;

export interface Goal {
  readonly what: string;
  readonly isMet: boolean;
}

const atLeast = (what: string, goal: number, value: number): Goal => ({
  what: `${what}: ${value.toFixed(2)}, at least ${goal}`,
  isMet: value >= goal,
});
const atMost = (what: string, goal: number, value: number): Goal => ({
  what: `${what}: ${value.toFixed(2)}, at most ${goal}`,
  isMet: value <= goal,
});

export const goalsOf = (rows: Rows): readonly Goal[] => [
  atLeast('zstd layer per CPU second, of the pipe', 0.9, perCpuSecond(rows.zstd) / perCpuSecond(rows.zstdPipe)),
  atLeast('plain tar per CPU second, of gzip', 0.9, perCpuSecond(rows.tar) / perCpuSecond(rows.tarPipe)),
  atLeast('throughput of 2 cores, of that of 1', 1.7, perSecond(rows.twoCores) / perSecond(rows.oneCore)),
  atMost('peak MiB of one layer', 256, Math.max(rows.zstd.peakMiB, rows.tar.peakMiB)),
  atMost(
    'bytes of an image, of those that skopeo moves',
    0.15,
    (rows.image.movedBytes ?? Number.NaN) / (rows.imageSkopeo.movedBytes ?? Number.NaN),
  ),
];
