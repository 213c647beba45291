import { addCounts, NO_COUNTS } from '../../../../lambda/core/audit/counts';

const page = { images: 1, ociImages: 2, upToDate: 3, requested: 4, refused: { 'zstd-layer': 5, 'no-layers': 1 } };

test('counts of pages add up, refusals by their reason', () => {
  const other = { images: 10, ociImages: 20, upToDate: 30, requested: 40, refused: { ambiguous: 1, 'zstd-layer': 2 } };
  expect(addCounts(page, other)).toEqual({
    images: 11,
    ociImages: 22,
    upToDate: 33,
    requested: 44,
    refused: { 'zstd-layer': 7, 'no-layers': 1, ambiguous: 1 },
  });
});

test('no counts add nothing', () => {
  expect(addCounts(NO_COUNTS, page)).toEqual(page);
  expect(addCounts(page, NO_COUNTS)).toEqual(page);
});
