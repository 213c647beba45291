import { companionTagOf, isTagTooLong, skipReasonOfTag } from '../../../../lambda/core/companion/companion-tag';
import { platformOf } from '../../../../lambda/core/manifest/platform';

const suffix = { suffix: '-dockerv2' };
const prefix = { prefix: 'dockerv2-' };
const arm64 = platformOf('linux', 'arm64');

test('is made of the source tag', () => {
  expect(companionTagOf('v1', suffix)).toBe('v1-dockerv2');
  expect(companionTagOf('v1', suffix, arm64)).toBe('v1-dockerv2-arm64');
  expect(companionTagOf('v1', prefix)).toBe('dockerv2-v1');
  expect(companionTagOf('v1', prefix, arm64)).toBe('dockerv2--arm64-v1');
});

test("no tag's companion is another tag's companion", () => {
  expect(companionTagOf('arm64-v1', prefix)).not.toBe(companionTagOf('v1', prefix, arm64));
});

test('ends at 128 characters', () => {
  expect(isTagTooLong(companionTagOf('a'.repeat(119), suffix))).toBe(false);
  expect(isTagTooLong(companionTagOf('a'.repeat(120), suffix))).toBe(true);
});

test.each([
  ['', 'untagged'],
  ['v1-dockerv2', 'companion-tag'],
  ['v1-dockerv2-arm64', 'companion-tag'],
  ['v1-dockerv2-soci', 'companion-tag'],
  ['v1-dockerv2-soci-dockerv2', 'companion-tag'],
  ['v1-soci', 'soci-tag'],
  ['v1', undefined],
  ['dockerv2', undefined],
  ['socialist', undefined],
])('of %p in suffix form: %p', (tag, reason) => {
  expect(skipReasonOfTag(tag, suffix)).toBe(reason);
});

test.each([
  ['dockerv2-v1', 'companion-tag'],
  ['dockerv2--arm64-v1', 'companion-tag'],
  ['dockerv2-v1-soci', 'companion-tag'],
  ['v1-soci', 'soci-tag'],
  ['v1-dockerv2-x', undefined],
])('of %p in prefix form: %p', (tag, reason) => {
  expect(skipReasonOfTag(tag, prefix)).toBe(reason);
});
