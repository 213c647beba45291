import { type TagFacts, tagsToKeep } from '../../../../lambda/core/companion/deletion';

const NOW = Date.UTC(2026, 10, 24);
const daysAgo = (days: number) => NOW - days * 86_400_000;
const COMPANIONS = ['v1-dockerv2', 'v1-dockerv2-arm64'];
const kept = (facts: Readonly<Record<string, TagFacts>>) =>
  tagsToKeep(new Map(Object.entries(facts)), 'v1', COMPANIONS, NOW);

test('no companion is kept without its source, if it was never pulled or does not exist itself', () => {
  expect(kept({ 'v1-dockerv2': { isArchived: false } })).toEqual([]);
});

test('all are kept while the source exists, though it can not be read: it is archived', () => {
  const why = 'v1 exists, as an archived image';
  expect(kept({ v1: { isArchived: true } })).toEqual(COMPANIONS.map((tag) => ({ tag, why })));
});

test.each([
  [0, 0],
  [0.9, 0],
  [1, 1],
  [30, 30],
])('one that was pulled %d days ago is kept, and the reason has the days', (days, said) => {
  expect(kept({ 'v1-dockerv2-arm64': { isArchived: false, lastPulledAt: daysAgo(days) } })).toEqual([
    { tag: 'v1-dockerv2-arm64', why: `it was pulled ${said} days ago` },
  ]);
});

test('one that was pulled more than 30 days ago is not', () => {
  expect(kept({ 'v1-dockerv2': { isArchived: false, lastPulledAt: daysAgo(30) - 1 } })).toEqual([]);
});
