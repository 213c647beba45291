import { acceptedBy } from '../../../bin/inventory/acceptance';
import { summary } from '../../../bin/inventory/totals';
import { DOCKER, OCI } from '../../support/manifests';
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
      accepted: acceptedBy({ mediaType: DOCKER.manifest }),
      companion: { state: 'not-needed', reason: 'already-docker' },
    }),
    aRow({
      tag: 'odd',
      accepted: acceptedBy({ mediaType: DOCKER.list }),
      companion: { state: 'not-needed' },
    }),
  ];
  const totals = totalsOf(rows);
  expect(totals.images).toBe(5);
  expect(totals.coverage.sagemaker).toEqual({ asIs: 1, byCompanion: 1, repairable: 1, refused: 1, unknown: 1 });
  expect(totals.coverage.lambda).toEqual({ asIs: 4, byCompanion: 0, repairable: 0, refused: 1, unknown: 0 });
  expect([totals.tags, totals.repairable, totals.needAPerson]).toEqual([7, 1, 1]);
  expect(summary(totals)).toBe('7 tags in 1 repository: 3 not-needed, 1 companion, 1 current, 1 missing, 1 refused');
});

test('for a service of one platform, only the companion of that platform counts', () => {
  const companions = (amd64: 'current' | 'missing', arm64?: 'current' | 'missing') => [
    { state: amd64, tag: 'v1-dockerv2', platform: 'linux/amd64' },
    ...(arm64 ? [{ state: arm64, tag: 'v1-dockerv2-arm64', platform: 'linux/arm64' }] : []),
  ];
  const accepted = acceptedBy({ mediaType: OCI.index, platforms: ['linux/amd64', 'linux/arm64'] });
  const index = (...states: Parameters<typeof companions>) => aRow({ accepted, companions: companions(...states) });
  const { coverage } = totalsOf([index('current', 'current'), index('current', 'missing'), index('current')]);
  expect(coverage.agentcore).toEqual({ asIs: 0, byCompanion: 1, repairable: 1, refused: 0, unknown: 1 });
  expect(coverage.lambda).toEqual({ asIs: 0, byCompanion: 3, repairable: 0, refused: 0, unknown: 0 });
});
