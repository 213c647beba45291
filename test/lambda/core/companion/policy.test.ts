import {
  mayNeedCompanion,
  type Policy,
  skipReasonOf,
  skipReasonOfRepository,
} from '../../../../lambda/core/companion/policy';
import { DOCKER, OCI } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';

const policy: Policy = {
  ...DEFAULT_POLICY,
  scope: {
    repositories: ['team/*', 'ml/app'],
    excludedRepositories: ['team/private*'],
    excludedTags: ['pr-*', 'cache'],
  },
};

test.each([
  ['team/app', undefined],
  ['ml/app', undefined],
  ['ml/other', 'repository-not-chosen'],
  ['team/private/app', 'repository-not-chosen'],
])('the repository %s: %p', (repository, reason) => {
  expect(skipReasonOfRepository(repository, policy)).toBe(reason);
});

test.each([
  ['team/app', 'v1', undefined],
  ['other/app', 'pr-1', 'repository-not-chosen'],
  ['team/app', '', 'untagged'],
  ['team/app', 'pr-1-dockerv2', 'companion-tag'],
  ['team/app', 'v1-soci', 'soci-tag'],
  ['team/app', 'pr-1', 'tag-excluded'],
  ['team/app', 'cache', 'tag-excluded'],
  ['team/app', 'cache2', undefined],
])('the tag %s:%s: %p', (repository, tag, reason) => {
  expect(skipReasonOf({ repository, tag }, policy)).toBe(reason);
});

test.each([
  [OCI.manifest, true, true],
  [OCI.index, true, true],
  [DOCKER.list, true, true],
  [DOCKER.manifest, false, true],
])('%s may need a companion: %p, or with one for every tag: %p', (mediaType, byDefault, always) => {
  expect(mayNeedCompanion(mediaType, policy)).toBe(byDefault);
  expect(mayNeedCompanion(mediaType, { ...policy, companionFor: 'every-tag' })).toBe(always);
});
