import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hazardsOf } from '../lambda/core/lifecycle/hazard';
import { type LifecyclePolicy, NotUnderstood, readPolicy } from '../lambda/core/lifecycle/policy';
import { claimingRule } from '../lambda/core/lifecycle/selection';
import { policyThatKeepsBoth } from '../lambda/core/lifecycle/suggest';
import { platformOf } from '../lambda/core/manifest/platform';
import { REPORTED_PRICES, scanCost } from '../scripts/scan-cost';
import { keepNewest, policyOf } from './support/lifecycle-images';

const page = readFileSync(join(__dirname, '..', 'docs', 'lifecycle.md'), 'utf8');
const texts = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const [withSuffix = [], withPrefix = [], untagged = []] = texts.map((text): LifecyclePolicy => {
  const policy = readPolicy(text);
  if (policy instanceof NotUnderstood) throw new Error(policy.detail);
  return policy;
});
const ruleFor = (policy: LifecyclePolicy, tag: string) => claimingRule(policy, [tag])?.description;

test('the page has three policies, all of which are valid', () => {
  expect(texts).toHaveLength(3);
  expect(untagged.map(({ selection }) => selection.tagStatus)).toEqual(['untagged']);
});

test('the first is what the service suggests for the newest 10 of v*', () => {
  const suggestion = policyThatKeepsBoth(policyOf(keepNewest(10, ['v*'])), { suffix: '-dockerv2' }, [
    platformOf('linux', 'amd64'),
  ]);
  const rules = (text: string) =>
    JSON.parse(text).rules.map(({ description, ...rule }: { readonly description: string }) => rule);
  expect(rules(texts[0] ?? '')).toEqual(suggestion.kind === 'changed' ? rules(suggestion.text) : suggestion);
});

test.each([
  ['suffix', withSuffix, 'v1-dockerv2'],
  ['prefix', withPrefix, 'dockerv2-v1'],
])('with a %s, a companion is claimed by the rule for companions, a release by its own', (_, policy, companion) => {
  expect([ruleFor(policy, companion), ruleFor(policy, 'v1')]).toEqual(['Companions of v*', 'Releases']);
  expect(hazardsOf(policy, 'v1', [companion])).toEqual([]);
});

test('what scans cost is what the script computes', () => {
  const [, scanned, kept, rescans, dollars] =
    /--scanned (\d+) --kept (\d+) --rescans (\d+)`[\s\S]*? are ([\d.]+) USD/.exec(page) ?? [];
  const cost = scanCost({
    scanned: Number(scanned),
    kept: Number(kept),
    rescans: Number(rescans),
    ...REPORTED_PRICES,
  });
  expect(cost.toFixed(2)).toBe(dollars);
  const { scanPrice, rescanPrice } = REPORTED_PRICES;
  expect(page.replace(/\s+/g, ' ')).toContain(`at ${scanPrice} for a first scan and ${rescanPrice} for a re-scan`);
});
