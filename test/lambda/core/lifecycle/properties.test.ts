import fc from 'fast-check';
import { type CompanionTagForm, companionTagOf } from '../../../../lambda/core/companion/companion-tag';
import { evaluate, type LifecycleImage } from '../../../../lambda/core/lifecycle/evaluate';
import { hazardsOf } from '../../../../lambda/core/lifecycle/hazard';
import type { LifecyclePolicy, LifecycleSelection } from '../../../../lambda/core/lifecycle/policy';
import { selects } from '../../../../lambda/core/lifecycle/selection';
import { policyThatKeepsBoth } from '../../../../lambda/core/lifecycle/suggest';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import {
  ARCHIVE,
  DAY,
  daysAgo,
  EXPIRE,
  image,
  keepArchived,
  keepDays,
  keepNewest,
  keepPulled,
  NOW,
  rule,
  understood,
} from './repository';

/** A taste in a second. `LONGER=20 npx jest core/lifecycle/properties` tries twenty times as many. */
const cases = (count: number) => ({ numRuns: count * Number(process.env.LONGER ?? 1) });

const TAGS = ['a1', 'a2', 'ab1', 'b1', 'b2', 'c', 'd3'] as const;
const globs = fc.oneof(
  fc.constantFrom('*', 'a*', 'b*', 'ab*', 'c', 'a*1*', '*1', '*b*', '*d*', 'd*', '*2').map((glob) => [glob]),
  fc.constantFrom(['a*', 'b*'], ['a*', '*1*'], ['*', 'c*']),
);
const number = fc.integer({ min: 1, max: 4 });
const action = fc.constantFrom(EXPIRE, ARCHIVE);

/** Selections without a tag status that has to be last, and one that may be `any`. */
const selection = (tags: fc.Arbitrary<'any' | 'untagged' | readonly string[]>) =>
  fc
    .tuple(fc.constantFrom(keepNewest, keepNewest, keepDays), number, tags)
    .map(([keep, count, chosen]) => keep(keep === keepDays ? count * 5 : count, chosen));
const policyWith = (extra: fc.Arbitrary<LifecycleSelection>) =>
  fc
    .record({
      first: fc.array(fc.tuple(fc.oneof(selection(fc.oneof(globs, fc.constant('untagged' as const))), extra), action), {
        maxLength: 4,
      }),
      last: fc.option(fc.tuple(selection(fc.constant('any' as const)), action)),
    })
    .map(({ first, last }) => {
      const rules = [...first, ...(last ? [last] : [])].map(([chosen, how], at) => {
        const isFree = chosen.countType === 'imageCountMoreThan' || chosen.countType === 'sinceImagePushed';
        return rule(at * 3 + 1, chosen, isFree ? how : undefined);
      });
      return understood(JSON.stringify({ rules }));
    });
const sourcePolicy = policyWith(selection(globs));

describe('the evaluator', () => {
  const time = fc.integer({ min: 0, max: 30 }).map((days) => daysAgo(days));
  const images = fc
    .array(
      fc.record({
        tags: fc.subarray([...TAGS], { maxLength: 3 }),
        storageClass: fc.constantFrom('standard' as const, 'standard' as const, 'archive' as const),
        pushedAt: time,
        lastPulledAt: fc.option(time, { nil: undefined }),
        archivedAt: fc.option(time, { nil: undefined }),
        activatedAt: fc.option(time, { nil: undefined }),
        isReferenced: fc.boolean(),
      }),
      { maxLength: 14 },
    )
    .map((list): LifecycleImage[] => list.map((one, at) => ({ ...one, digest: `sha256:${at}` })));
  const anyPolicy = policyWith(
    fc
      .tuple(fc.constantFrom(keepPulled, keepArchived), number, globs)
      .map(([keep, days, tags]) => keep(days * 5, tags)),
  );

  /** The same, told as AWS tells it: every rule marks images by itself, then the rules are applied by priority. */
  function told(policy: LifecyclePolicy, repository: readonly LifecycleImage[]): Map<string, string> {
    const marks = policy.map((each) => {
      const identified = repository.filter(({ tags, storageClass }) => selects(each, tags, storageClass));
      const { countType, countNumber } = each.selection;
      const age = (time: number) => (NOW - time) / DAY;
      const oldestFirst = [...identified].sort((a, b) => {
        const [left, right] = [a.activatedAt ?? a.pushedAt, b.activatedAt ?? b.pushedAt];
        return left === right ? a.digest.localeCompare(b.digest) : left - right;
      });
      const marked = {
        imageCountMoreThan: () => oldestFirst.slice(0, Math.max(0, oldestFirst.length - countNumber)),
        sinceImagePushed: () => identified.filter(({ pushedAt }) => age(pushedAt) > countNumber),
        sinceImagePulled: () =>
          identified.filter(({ pushedAt, lastPulledAt, activatedAt }) => {
            const times = lastPulledAt === undefined ? [pushedAt] : [lastPulledAt, activatedAt ?? 0];
            return times.every((time) => age(time) > countNumber);
          }),
        sinceImageTransitioned: () =>
          identified.filter(({ pushedAt, archivedAt }) => age(archivedAt ?? pushedAt) > countNumber),
      }[countType]();
      return { each, identified, marked };
    });
    return new Map(
      repository.map((one) => {
        const applied = marks.find(({ identified }) => identified.includes(one));
        const isLost = applied?.marked.includes(one) && !one.isReferenced;
        return [one.digest, isLost ? `${applied?.each.action.type} ${applied?.each.rulePriority}` : 'keep'];
      }),
    );
  }

  test('agrees with a slow one that follows the steps of the user guide, in any order of the listing', () => {
    fc.assert(
      fc.property(
        anyPolicy,
        images.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        (policy, [list, shuffled]) => {
          const fates = [...evaluate(policy, shuffled, NOW)].map(([digest, fate]): [string, string] => {
            if (fate.kind === 'keep') return [digest, 'keep'];
            return [digest, `${fate.kind === 'archive' ? 'transition' : 'expire'} ${fate.rule.rulePriority}`];
          });
          expect(new Map(fates)).toEqual(told(policy, list));
        },
      ),
      cases(400),
    );
  });
});

describe('the suggested policy', () => {
  const forms: CompanionTagForm[] = [{ suffix: '-dockerv2' }, { prefix: 'dockerv2-' }];
  const settings = fc.record({
    form: fc.constantFrom(...forms),
    platforms: fc.constantFrom(
      [platformOf('linux', 'amd64')],
      [platformOf('linux', 'amd64'), platformOf('linux', 'arm64')],
    ),
  });
  type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

  interface Release {
    readonly tags: readonly string[];
    /** Docker images get the tag on themselves; images of another kind get no companion. */
    readonly kind: 'converted' | 'aliased' | 'none';
    readonly hoursAfterTheLast: number;
    /** After how many further releases the companions are put. */
    readonly delay: number;
  }
  const releases = fc.array(
    fc.record({
      tags: fc.subarray([...TAGS], { maxLength: 2 }),
      kind: fc.constantFrom('converted' as const, 'converted' as const, 'aliased' as const, 'none' as const),
      hoursAfterTheLast: fc.integer({ min: 1, max: 72 }),
      delay: fc.nat({ max: 4 }),
    }),
    { maxLength: 25 },
  );

  interface Built {
    readonly source: LifecycleImage;
    readonly companions: readonly LifecycleImage[];
    readonly withCompanions: LifecycleImage;
  }
  /** The images of the releases, whose tags move to the newest; `putAt` says when the companions of a release came. */
  function build(list: readonly Release[], { form, platforms }: Settings, putAt: (at: number) => number): Built[] {
    return list.map(({ tags: pushed, kind }, at) => {
      const tags = pushed.filter((tag) => !list.slice(at + 1).some((later) => later.tags.includes(tag)));
      const source = image(`s${at}`, tags, 0, { pushedAt: pushTimes(list)[at] });
      const companionTags = platforms.map((platform, further) =>
        tags.map((tag) => companionTagOf(tag, form, further > 0 ? platform : undefined)),
      );
      return {
        source,
        companions:
          kind === 'converted' && pushed.length > 0
            ? companionTags.map((some, further) => image(`c${at}.${further}`, some, 0, { pushedAt: putAt(at) }))
            : [],
        withCompanions: kind === 'aliased' ? { ...source, tags: [...tags, ...(companionTags[0] ?? [])] } : source,
      };
    });
  }
  function pushTimes(list: readonly Release[]): number[] {
    let hoursAgo = 1;
    return [...list]
      .reverse()
      .map(({ hoursAfterTheLast }) => {
        hoursAgo += hoursAfterTheLast;
        return daysAgo(hoursAgo / 24);
      })
      .reverse();
  }

  /** What stays under the present policy without companions, but not, or not with its companions, under the suggested one with them. */
  function lostWith(present: LifecyclePolicy, suggested: LifecyclePolicy, built: readonly Built[]): string[] {
    const before = evaluate(
      present,
      built.map(({ source }) => source),
      NOW,
    );
    const after = evaluate(
      suggested,
      built.flatMap(({ withCompanions, companions }) => [withCompanions, ...companions]),
      NOW,
    );
    return built
      .filter(({ source }) => before.get(source.digest)?.kind === 'keep')
      .flatMap(({ source, companions }) => [source, ...(source.tags.length > 0 ? companions : [])])
      .filter(({ digest }) => after.get(digest)?.kind !== 'keep')
      .map(({ digest }) => digest);
  }

  /** The suggestion, where it can be made: fast-check tries another policy where it can't. */
  function suggestionFor(present: LifecyclePolicy, { form, platforms }: Settings): LifecyclePolicy {
    const suggestion = policyThatKeepsBoth(present, form, platforms);
    fc.pre(suggestion.kind !== 'impossible');
    return suggestion.kind === 'changed' ? understood(suggestion.text) : present;
  }

  const least = (policy: LifecyclePolicy): number =>
    policy.reduce(
      (min, { selection: { countType, countNumber } }) =>
        countType === 'imageCountMoreThan' ? Math.min(min, countNumber) : min,
      4,
    );

  test('keeps what the present policy keeps, with companions put after up to as many releases as a rule keeps', () => {
    fc.assert(
      fc.property(sourcePolicy, settings, releases, (present, chosen, list) => {
        const times = pushTimes(list);
        const built = build(list, chosen, (at) => {
          const delay = Math.min(list[at]?.delay ?? 0, least(present));
          return (times[Math.min(at + delay, list.length - 1)] ?? 0) + 60_000;
        });
        expect(lostWith(present, suggestionFor(present, chosen), built)).toEqual([]);
      }),
      cases(400),
    );
  });

  test('keeps it after a backfill of what stays, if no rule then counts companions of more images than it keeps', () => {
    fc.assert(
      fc.property(sourcePolicy, settings, releases, (present, chosen, list) => {
        const bare = build(list, chosen, () => NOW).map(({ source }) => source);
        const fates = evaluate(present, bare, NOW);
        const stays = (at: number) => fates.get(`s${at}`)?.kind === 'keep';
        for (const each of present) {
          if (each.selection.countType !== 'imageCountMoreThan') continue;
          const counted = bare.filter((source, at) => stays(at) && selects(each, source.tags, 'standard'));
          fc.pre(counted.length <= each.selection.countNumber);
        }
        const kinds = list.map((release, at) => ({ ...release, kind: stays(at) ? release.kind : ('none' as const) }));
        const suggested = suggestionFor(present, chosen);
        expect(
          lostWith(
            present,
            suggested,
            build(kinds, chosen, () => NOW),
          ),
        ).toEqual([]);
      }),
      cases(150),
    );
  });

  test('has unique priorities and lists, and leaves no hazard for a push, if no rule lists two patterns', () => {
    fc.assert(
      fc.property(sourcePolicy, settings, fc.constantFrom(...TAGS), (present, chosen, tag) => {
        const suggested = suggestionFor(present, chosen);
        if (suggested !== present) {
          expect(suggested.map(({ rulePriority }) => rulePriority)).toEqual(suggested.map((_, at) => at + 1));
          const lists = suggested.slice(0, -present.length).map(({ selection }) => String(selection.tagPatternList));
          expect(new Set(lists).size).toBe(lists.length);
        }
        fc.pre(present.every(({ selection: { tagPatternList = [] } }) => tagPatternList.length < 2));
        const companions = chosen.platforms.map((platform, at) =>
          companionTagOf(tag, chosen.form, at > 0 ? platform : undefined),
        );
        expect(hazardsOf(suggested, tag, companions)).toEqual([]);
      }),
      cases(150),
    );
  });
});
