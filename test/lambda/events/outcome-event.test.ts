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

test('says what a companion that was moved named before', () => {
  expect(outcomeDetail({ ...converted, replacedDigest: 'sha256:cc' }, address).replacedDigest).toBe('sha256:cc');
  expect(outcomeDetail(converted, address)).not.toHaveProperty('replacedDigest');
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

test('fits an event however many fields were dropped', () => {
  const droppedFields = Array.from({ length: 100_000 }, (_, n) => `$.annotations.key${n}`);
  const detail = outcomeDetail({ ...converted, droppedFields }, address);
  expect(detail.droppedFieldCount).toBe(100_000);
  expect(JSON.stringify(detail).length).toBeLessThan(10_000);
});
