import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { companionTagOf } from '../lambda/core/companion/companion-tag';
import { matchesGlob } from '../lambda/core/companion/glob';
import { DEFAULT_COMPANION_TAG_SUFFIX } from '../lambda/core/contract';

interface Rule {
  readonly rulePriority: number;
  readonly description: string;
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged' | 'any';
    readonly tagPatternList?: readonly string[];
    readonly tagPrefixList?: readonly string[];
    readonly countType: string;
    readonly countUnit?: string;
    readonly countNumber: number;
  };
  readonly action: { readonly type: string };
}

const page = readFileSync(join(__dirname, '..', 'docs', 'lifecycle.md'), 'utf8');
const policies = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, text = '']): readonly Rule[] => JSON.parse(text).rules,
);

const selects = ({ selection: { tagPatternList = [], tagPrefixList = [] } }: Rule, tag: string) =>
  [...tagPatternList, ...tagPrefixList.map((prefix) => `${prefix}*`)].every((pattern) => matchesGlob(pattern, tag));
/** The rule that may expire an image with this tag. */
const ruleFor = (rules: readonly Rule[], tag: string) =>
  [...rules].sort((a, b) => a.rulePriority - b.rulePriority).find((rule) => selects(rule, tag))?.description;

test('each policy of docs/lifecycle.md has the parameters that ECR asks for', () => {
  expect(policies).toHaveLength(4);
  for (const rules of policies) {
    expect(new Set(rules.map(({ rulePriority }) => rulePriority)).size).toBe(rules.length);
    for (const { selection, action } of rules) {
      const patterns = [...(selection.tagPatternList ?? []), ...(selection.tagPrefixList ?? [])];
      expect(patterns.length > 0).toBe(selection.tagStatus === 'tagged');
      expect(patterns.every((pattern) => pattern.split('*').length <= 5)).toBe(true);
      expect(selection.countUnit).toBe(selection.countType === 'sinceImagePushed' ? 'days' : undefined);
      expect(selection.countNumber).toBeGreaterThan(0);
      expect(action).toEqual({ type: 'expire' });
    }
  }
});

test('a companion is claimed by the rule for companions, a release by its own', () => {
  const amd64 = { os: 'linux', architecture: 'amd64' };
  const forms = [{ suffix: DEFAULT_COMPANION_TAG_SUFFIX }, { suffix: '-dockerv2' }, { prefix: 'dockerv2-' }] as const;
  for (const [at, form] of forms.entries()) {
    const rules = policies[at] ?? [];
    expect(ruleFor(rules, companionTagOf('v1', form))).toMatch(/^companions/);
    expect(ruleFor(rules, 'v1')).toMatch(/^releases/);
  }
  expect(ruleFor(policies[2] ?? [], companionTagOf('v1', { prefix: 'dockerv2-' }, amd64))).toMatch(/^companions/);
});
