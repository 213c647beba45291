import { parseJson } from '../../../../lambda/core/manifest/json';
import { refusalOr } from '../../../../lambda/core/reasons';
import { bytesOf } from '../../../support/manifests';

const read = (text: string) => refusalOr(() => parseJson(bytesOf(text)));
const many = (values: number) => `[${'1,'.repeat(values - 2)}1]`;

test('200,000 values are read, and one more is refused', () => {
  expect(read(many(200_000))).toHaveLength(199_999);
  expect(read(many(200_001))).toEqual({
    reason: 'too-many-values',
    detail: 'more than 200000 values at $[199999] (character 399999)',
  });
});

test.each([
  ['of small objects', `[${'{},'.repeat(1_300_000)}{}]`, 'too-many-values'],
  ['of arrays in each other', '['.repeat(4 * 1024 * 1024), 'too-deep'],
  ['of objects in each other', '{"a":'.repeat(800_000), 'too-deep'],
])('4 MiB %s are refused before they fill the memory or the stack', (_, text, reason) => {
  expect(read(text)).toMatchObject({ reason });
});
