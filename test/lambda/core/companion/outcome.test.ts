import { companionStateOf, type Outcome } from '../../../../lambda/core/companion/outcome';
import { DOCKER, OCI } from '../../../support/manifests';

const image = { repository: 'team/app', tag: 'v1' };

test('the state of a companion is that in which the repair found it', () => {
  const base = { image, droppedFields: [], source: { digest: 'sha256:a', mediaType: OCI.manifest } };
  const companion = { tag: 'v1-dockerv2', digest: 'sha256:b', mediaType: DOCKER.manifest };
  const outcomes: [Outcome, string][] = [
    [{ ...base, companion, outcome: 'converted' }, 'missing'],
    [{ ...base, companion, outcome: 'converted', replacedDigest: 'sha256:c' }, 'out-of-date'],
    [{ ...base, companion, outcome: 'aliased' }, 'missing'],
    [{ ...base, companion, outcome: 'aliased', replacedDigest: 'sha256:c' }, 'out-of-date'],
    [{ ...base, companion, outcome: 'unchanged' }, 'current'],
    [{ image, outcome: 'refused', reason: 'zstd-layer', detail: '' }, 'refused'],
    [{ image, outcome: 'skipped', reason: 'artifact', detail: '' }, 'not-needed'],
  ];
  expect(outcomes.map(([outcome]) => companionStateOf(outcome))).toEqual(outcomes.map(([, state]) => state));
});
