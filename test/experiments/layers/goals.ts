import { type Row as BenchRow, fixed } from '../bench/row';
import type { Row, Rows } from './rows';

export const perCpuSecond = ({ tarBytes, cpuSeconds }: Row): number => tarBytes / 1e6 / cpuSeconds;
export const perSecond = ({ tarBytes, seconds }: Row): number => tarBytes / 1e6 / seconds;
const megabytesMoved = ({ movedBytes = Number.NaN }: Row): number => movedBytes / 1e6;
const mainThreadSeconds = ({ mainThreadSeconds: seconds = Number.NaN }: Row): number => seconds;

/** What a recompression may take, beside what others take. @param rounds each row, measured several times */
export function goalRows(rounds: readonly Rows[]): readonly BenchRow[] {
  const each = (of: (rows: Rows) => number) => rounds.map(of);
  return [
    {
      what: 'zstd layer',
      unit: 'MB/CPU s',
      ours: each(({ zstd }) => perCpuSecond(zstd)),
      against: { what: 'zstd -dc | gzip', values: each(({ zstdPipe }) => perCpuSecond(zstdPipe)) },
      goal: { atLeast: 0.9 },
    },
    {
      what: 'plain tar',
      unit: 'MB/CPU s',
      ours: each(({ tar }) => perCpuSecond(tar)),
      against: { what: 'gzip', values: each(({ tarPipe }) => perCpuSecond(tarPipe)) },
      goal: { atLeast: 0.9 },
    },
    {
      what: '4 zstd layers on 2 cores',
      unit: 'MB/s',
      ours: each(({ twoCores }) => perSecond(twoCores)),
      against: { what: 'on 1 core', values: each(({ oneCore }) => perSecond(oneCore)) },
      goal: { atLeast: 1.7 },
    },
    {
      what: 'main thread',
      unit: 'CPU s',
      ours: each(({ twoCores }) => mainThreadSeconds(twoCores)),
      against: { what: 'all threads', values: each(({ twoCores }) => twoCores.cpuSeconds) },
      goal: { atMost: 0.5 },
    },
    {
      what: 'one layer',
      unit: 'peak MiB',
      ours: each(({ zstd, tar }) => Math.max(zstd.peakMiB, tar.peakMiB)),
      against: fixed('the limit', 256),
      goal: { atMost: 1 },
    },
    {
      what: 'image of 1 zstd and 9 gzip layers',
      unit: 'MB moved',
      ours: each(({ image }) => megabytesMoved(image)),
      against: { what: 'skopeo copy', values: each(({ imageSkopeo }) => megabytesMoved(imageSkopeo)) },
      goal: { atMost: 0.15 },
    },
  ];
}
