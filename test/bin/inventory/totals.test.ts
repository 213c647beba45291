import { summary } from '../../../bin/inventory/totals';
import { aRow, missing, refused, totalsOf } from '../commands/scan/report/rows';

test('each image is one part of the coverage of each consumer', () => {
  const rows = [
    aRow(),
    missing('v2'),
    refused('v3', 'zstd'),
    aRow({ tag: 'v1-dockerv2', companion: { state: 'companion' } }),
    aRow({
      tag: 'chart',
      kind: 'artifact',
      format: 'artifact',
      companion: { state: 'not-needed', reason: 'artifact' },
    }),
    aRow({
      tag: 'd',
      format: 'Docker V2',
      sagemaker: { verdict: 'accepted', why: '' },
      companion: { state: 'not-needed', reason: 'already-docker' },
    }),
    aRow({ tag: 'odd', sagemaker: { verdict: 'unknown', why: '' }, companion: { state: 'not-needed' } }),
  ];
  const totals = totalsOf(rows);
  expect(totals.images).toBe(5);
  expect(totals.coverage.sagemaker).toEqual({ asIs: 1, byCompanion: 1, repairable: 1, refused: 1, unknown: 1 });
  expect(totals.coverage.lambda).toEqual({ asIs: 5, byCompanion: 0, repairable: 0, refused: 0, unknown: 0 });
  expect([totals.tags, totals.repairable, totals.needAPerson]).toEqual([7, 1, 1]);
  expect(summary(totals)).toBe('7 tags in 1 repository: 3 not-needed, 1 companion, 1 current, 1 missing, 1 refused');
});
