import { plannedCompanions, type RepositoryImage } from '../../../../lambda/core/lifecycle/planned-companions';
import { image } from '../../../support/lifecycle-images';
import { DOCKER, OCI } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const imageOf = (digest: string, tags: readonly string[], mediaType: string, more = {}): RepositoryImage => ({
  ...image(digest, tags, 1, more),
  mediaType,
});
const planned = (images: readonly RepositoryImage[], policy = DEFAULT_POLICY, since?: number) =>
  plannedCompanions('team/app', images, policy, since).map(
    ({ tag, sourceDigest, digest }) => `${tag} of ${sourceDigest || 'nothing'}: ${digest}`,
  );

test('an OCI image gets one companion image, under a tag for each of its tags', () => {
  expect(planned([imageOf('a', ['v1', 'latest'], OCI.manifest)])).toEqual([
    'v1-dockerv2 of a: companion 0 of a',
    'latest-dockerv2 of a: companion 0 of a',
  ]);
});

test('an index gets one of each platform, an image of the first only', () => {
  const policy = { ...DEFAULT_POLICY, platforms: [AMD64, ARM64] as const };
  expect(planned([imageOf('a', ['v1'], OCI.index), imageOf('b', ['v2'], OCI.manifest)], policy)).toEqual([
    'v1-dockerv2 of a: companion 0 of a',
    'v1-dockerv2-arm64 of a: companion 1 of a',
    'v2-dockerv2 of b: companion 0 of b',
  ]);
});

test('a Docker image gets none, or another tag of its own if every tag gets one', () => {
  const images = [imageOf('a', ['v1'], DOCKER.manifest)];
  expect(planned(images)).toEqual([]);
  expect(planned(images, { ...DEFAULT_POLICY, companionFor: 'every-tag' })).toEqual(['v1-dockerv2 of a: a']);
});

test('companions that exist are part of it, also those that lost their source', () => {
  const images = [
    imageOf('a', ['v1'], OCI.manifest),
    imageOf('b', ['v1-dockerv2'], DOCKER.manifest),
    imageOf('c', ['v0-dockerv2'], DOCKER.manifest),
  ];
  expect(planned(images)).toEqual(['v1-dockerv2 of a: b', 'v0-dockerv2 of nothing: c']);
});

test('archived sources, excluded tags, and sources before the audit window get none', () => {
  const scope = { ...DEFAULT_POLICY.scope, excludedTags: ['test-*'] };
  const images = [
    imageOf('a', ['v1'], OCI.manifest, { storageClass: 'archive' }),
    imageOf('b', ['test-1', 'v2'], OCI.manifest, { pushedAt: 10 }),
    imageOf('c', ['v3'], OCI.manifest, { pushedAt: 9 }),
    imageOf('d', [], OCI.manifest, { pushedAt: 10 }),
  ];
  expect(planned(images, { ...DEFAULT_POLICY, scope }, 10)).toEqual(['v2-dockerv2 of b: companion 0 of b']);
});
