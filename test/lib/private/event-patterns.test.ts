import { Stack } from 'aws-cdk-lib';
import fc from 'fast-check';
import { type CompanionTagForm, skipReasonOfTag } from '../../../lambda/core/companion/companion-tag';
import { matchesGlob } from '../../../lambda/core/companion/glob';
import { CompanionTag, ImagePlatform, RepositoryFilter } from '../../../lib';
import { pushPattern } from '../../../lib/private/event-patterns';
import { selectRepositories } from '../../../lib/private/repository-selection';
import { settingsOf } from '../../../lib/private/settings';
import { wildcardComplexity } from '../../../lib/private/wildcard-complexity';
import { compilePattern } from '../../../local/eventbridge/pattern';
import { env, newApp } from '../support';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '/'), minLength: 1, maxLength: 6 });
const name = letters.filter((text) => !/^\/|\/\/|\/$/.test(text) && text.length > 1);
const pattern = fc.array(letters, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('*'));
const open = fc
  .tuple(pattern, fc.boolean(), fc.boolean())
  .map(([text, first, last]) => `${first ? '*' : ''}${text}${last ? '*' : ''}`);
const filters = fc.oneof(fc.constant(undefined), fc.uniqueArray(fc.oneof(name, open), { minLength: 1, maxLength: 12 }));

const affix = fc.string({ unit: fc.constantFrom('a', 'b', '2', '-', '.', '-soci'), minLength: 1, maxLength: 12 });
const form: fc.Arbitrary<CompanionTagForm> = fc.oneof(
  affix.map((text) => ({ suffix: `-${text}` })),
  affix.map((text) => ({ prefix: `x${text}-` })),
);
const platforms = fc.uniqueArray(fc.constantFrom('linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x'), {
  minLength: 1,
});
const tag = fc.oneof(
  fc.constant(''),
  affix.map((text) => `t${text}`),
);

const companionTagOf = (chosen: CompanionTagForm): CompanionTag =>
  'suffix' in chosen ? CompanionTag.suffix(chosen.suffix) : CompanionTag.prefix(chosen.prefix);
const filterOf = (text: string) =>
  text.includes('*') ? RepositoryFilter.matching(text) : RepositoryFilter.named(text);

const stack = new Stack(newApp(), 'Stack', { env });

function patternOf(chosen: CompanionTagForm, repositories: readonly string[] | undefined, names: readonly string[]) {
  const settings = settingsOf(stack, {
    companionTag: companionTagOf(chosen),
    platforms: names.map((one) => ImagePlatform.of(one)),
    ...(repositories && { repositories: repositories.map(filterOf) }),
  });
  const selection = selectRepositories(stack, settings);
  const { detailType, ...others } = pushPattern(stack, settings, selection);
  return JSON.parse(JSON.stringify({ ...others, 'detail-type': detailType }));
}

/** What CDK users get as an error, not as a rule. */
function patternUnlessRefused(...options: Parameters<typeof patternOf>) {
  try {
    return patternOf(...options);
  } catch (error) {
    expect(String(error)).toMatch(/; expected /);
    return undefined;
  }
}

test('whatever synth accepts, the rule is one that EventBridge accepts, and it matches what the function works on', () => {
  let accepted = 0;
  const property = fc.property(
    fc.record({ form, filters, platforms, repository: name, tag }),
    ({ form, filters, platforms, repository, tag }) => {
      const eventPattern = patternUnlessRefused(form, filters, platforms);
      if (!eventPattern) return;
      accepted += 1;
      const { 'image-tag': tags, 'repository-name': repositories = [] } = eventPattern.detail;
      const wildcards = repositories.flatMap(({ wildcard }: { wildcard?: string }) => wildcard ?? []);
      expect(wildcardComplexity(wildcards, 'wildcard')).toBeLessThanOrEqual(8);
      expect(wildcardComplexity(tags[0]['anything-but'].wildcard, 'anything-but')).toBeLessThanOrEqual(8);
      expect(JSON.stringify(eventPattern).length).toBeLessThanOrEqual(4096);

      const isMatched = (repositoryName: string, imageTag: string) =>
        compilePattern(eventPattern).matches({
          account: env.account,
          region: env.region,
          source: 'aws.ecr',
          'detail-type': 'ECR Image Action',
          detail: {
            'action-type': 'PUSH',
            result: 'SUCCESS',
            'repository-name': repositoryName,
            'image-tag': imageTag,
          },
        });
      const isChosen = (filters ?? ['*']).some((filter) => matchesGlob(filter, repository));
      const isSource = skipReasonOfTag(tag, form) === undefined;
      if (repositories.length > 0) {
        expect(isMatched(repository, tag)).toBe(isChosen && isSource);
      } else {
        expect(isMatched(repository, tag)).toBe(isSource);
      }
      for (const filter of filters ?? []) {
        expect(isMatched(filter.replaceAll('*', ''), 'v1')).toBe(skipReasonOfTag('v1', form) === undefined);
      }
    },
  );
  fc.assert(property, { numRuns: 1_000 });
  expect(accepted).toBeGreaterThan(300);
});
