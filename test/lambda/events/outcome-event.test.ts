import type { Outcome } from '../../../lambda/core/companion/outcome';
import { outcomeDetail } from '../../../lambda/events/outcome-event';
import { ADDRESS } from '../../support/fake-service';

const address = ADDRESS;
const image = { repository: 'team/app', tag: 'v1' };
const source = { digest: 'sha256:aa', mediaType: 'application/vnd.oci.image.manifest.v1+json' };
const converted: Outcome = {
  image,
  source,
  outcome: 'converted',
  companion: {
    tag: 'v1-dockerv2',
    digest: 'sha256:bb',
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  },
  platform: 'linux/amd64',
  droppedFields: ['$.annotations'],
};

test('relates the two digests, and names the companion by tag and by digest', () => {
  expect(outcomeDetail(converted, address)).toEqual({
    repository: 'team/app',
    sourceTag: 'v1',
    sourceDigest: 'sha256:aa',
    sourceMediaType: source.mediaType,
    outcome: 'converted',
    companionTag: 'v1-dockerv2',
    companionDigest: 'sha256:bb',
    companionImageUri: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:v1-dockerv2',
    companionImageUriByDigest: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app@sha256:bb',
    platform: 'linux/amd64',
    droppedFields: ['$.annotations'],
    droppedFieldCount: 1,
  });
});

test('URIs have the domain of the partition', () => {
  const inChina = { ...address, region: 'cn-north-1', urlSuffix: 'amazonaws.com.cn' };
  expect(outcomeDetail(converted, inChina).companionImageUri).toContain('.dkr.ecr.cn-north-1.amazonaws.com.cn/');
});

test('says what the companion tag named before, and leaves out what is absent', () => {
  const { platform: _, ...ofNoIndex } = converted;
  expect(outcomeDetail({ ...ofNoIndex, outcome: 'aliased', replacedDigest: 'sha256:cc' }, address)).toMatchObject({
    outcome: 'aliased',
    replacedDigest: 'sha256:cc',
  });
  const unchanged = outcomeDetail({ ...ofNoIndex, outcome: 'unchanged' }, address);
  expect(unchanged).toMatchObject({ outcome: 'unchanged', companionTag: 'v1-dockerv2' });
  expect(unchanged).not.toHaveProperty('replacedDigest');
  expect(unchanged).not.toHaveProperty('platform');
});

test('gives the reason of what was not done', () => {
  expect(
    outcomeDetail(
      { image, source, outcome: 'refused', reason: 'zstd-layer', detail: 'zstd', companion: { tag: 'v1-dockerv2' } },
      address,
    ),
  ).toEqual({
    repository: 'team/app',
    sourceTag: 'v1',
    sourceDigest: 'sha256:aa',
    sourceMediaType: source.mediaType,
    outcome: 'refused',
    reason: 'zstd-layer',
    detail: 'zstd',
    companionTag: 'v1-dockerv2',
  });
  expect(outcomeDetail({ image, outcome: 'skipped', reason: 'source-gone', detail: 'gone' }, address)).toEqual({
    repository: 'team/app',
    sourceTag: 'v1',
    outcome: 'skipped',
    reason: 'source-gone',
    detail: 'gone',
  });
});

test('a refusal that is about no companion names none', () => {
  const refused: Outcome = { image, outcome: 'refused', reason: 'zstd-layer', detail: 'zstd' };
  expect(outcomeDetail(refused, address)).toStrictEqual({
    repository: 'team/app',
    sourceTag: 'v1',
    outcome: 'refused',
    reason: 'zstd-layer',
    detail: 'zstd',
  });
});

test('fits an event however many fields were dropped: it names the first fifty', () => {
  const dropped = (count: number) => Array.from({ length: count }, (_, n) => `$.annotations.key${n}`);
  const detailOf = (count: number) => outcomeDetail({ ...converted, droppedFields: dropped(count) }, address);
  expect(detailOf(50)).toMatchObject({ droppedFields: dropped(50), droppedFieldCount: 50 });
  expect(detailOf(51)).toMatchObject({ droppedFields: dropped(50), droppedFieldCount: 51 });
  expect(detailOf(100_000)).toMatchObject({ droppedFields: dropped(50), droppedFieldCount: 100_000 });
});
