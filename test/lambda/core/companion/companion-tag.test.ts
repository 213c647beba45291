import {
  companionTagOf,
  isTagTooLong,
  skipReasonOfTag,
  sourceTagOf,
} from '../../../../lambda/core/companion/companion-tag';
import { platformOf } from '../../../../lambda/core/manifest/platform';

const suffix = { suffix: '-dockerv2' };
const prefix = { prefix: 'dockerv2-' };
const amd64 = platformOf('linux', 'amd64');
const arm64 = platformOf('linux', 'arm64');
const armv7 = platformOf('linux', 'arm');

test('is made of the source tag', () => {
  expect(companionTagOf('v1', suffix)).toBe('v1-dockerv2');
  expect(companionTagOf('v1', suffix, arm64)).toBe('v1-dockerv2-arm64');
  expect(companionTagOf('v1', prefix)).toBe('dockerv2-v1');
  expect(companionTagOf('v1', prefix, arm64)).toBe('dockerv2--arm64-v1');
});

test("no tag's companion is another tag's companion", () => {
  expect(companionTagOf('arm64-v1', prefix)).not.toBe(companionTagOf('v1', prefix, arm64));
});

describe('the source tag of', () => {
  test.each([
    ['v1-dockerv2', 'v1'],
    ['v1-dockerv2-arm64', 'v1'],
    ['v1-dockerv2-armv7', 'v1'],
    ['v1-dockerv2-dockerv2', 'v1-dockerv2'],
    ['a-dockerv2', 'a'],
    ['-dockerv2', undefined],
    ['-dockerv2-arm64', undefined],
    ['--dockerv2', undefined],
    ['v1-dockerv2-amd64', undefined],
    ['v1-dockerv2-s390x', undefined],
    ['v1-dockerv3', undefined],
    ['v1', undefined],
    ['', undefined],
  ])('%p in suffix form: %p', (tag, source) => {
    expect(sourceTagOf(tag, suffix, [amd64, arm64, armv7])).toBe(source);
  });

  test.each([
    ['dockerv2-v1', 'v1'],
    ['dockerv2--arm64-v1', 'v1'],
    ['dockerv2--armv7-v1-arm64', 'v1-arm64'],
    ['dockerv2-arm64-v1', 'arm64-v1'],
    ['dockerv2-v', 'v'],
    ['dockerv2-', undefined],
    ['dockerv2--arm64-', undefined],
    ['dockerv2--s390x-v1', undefined],
    ['dockerv3-v1', undefined],
    ['v1', undefined],
  ])('%p in prefix form: %p', (tag, source) => {
    expect(sourceTagOf(tag, prefix, [amd64, arm64, armv7])).toBe(source);
  });

  test.each([suffix, prefix])('each companion is the tag that it was made of: %j', (form) => {
    for (const platform of [undefined, arm64, armv7])
      expect(sourceTagOf(companionTagOf('v1', form, platform), form, [amd64, arm64, armv7])).toBe('v1');
    expect(sourceTagOf(companionTagOf('v1', form, arm64), form, [arm64])).not.toBe('v1');
  });
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
  ['x-dockerv2', 'companion-tag'],
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
