import type { Kind } from './kinds';
import { pick, randomOf, wholeNumber } from './random';

/** One thing that people and CI do to a tag. */
export type Step =
  | {
      readonly do: 'push';
      readonly repository: string;
      readonly tag: string;
      readonly kind: Kind;
      readonly build: number;
    }
  | { readonly do: 'delete'; readonly repository: string; readonly tag: string };

type Push = Extract<Step, { do: 'push' }>;

/** Tags that were touched lately are touched again, while their repairs are under way. */
const RECENT = 30;

/**
 * What is done to the registry, in order: new tags, tags that move to other images of other kinds, go back to earlier ones, change between
 * OCI and Docker in quick succession, or are deleted. The same seed makes the same plan.
 * @param images how many different images are pushed
 */
export function planOf(seed: number, images: number, kinds: readonly Kind[]): readonly Step[] {
  const random = randomOf(seed, 'plan');
  const weighted = kinds.flatMap((kind) => Array<Kind>(kind.weight).fill(kind));
  const repositories = Array.from(
    { length: Math.max(9, Math.round(images / 50)) },
    (_, at) => `team-${at % 7}/app-${at}`,
  );
  const steps: Step[] = [];
  const tags: { readonly repository: string; readonly tag: string }[] = [];
  const pushed = new Map<string, Push[]>();
  let builds = 0;

  const push = (repository: string, tag: string, kind: Kind, build?: number): void => {
    const step: Push = { do: 'push', repository, tag, kind, build: build ?? ++builds };
    pushed.set(repository, [...(pushed.get(repository) ?? []), step]);
    steps.push(step);
  };
  const newTag = () => {
    const named = { repository: pick(random, repositories), tag: `v${tags.length}${random() < 0.01 ? '-soci' : ''}` };
    tags.push(named);
    return named;
  };
  const recentTag = () => pick(random, tags.slice(-RECENT));

  while (builds < images - kinds.length) {
    const action = random();
    if (tags.length === 0 || action < 0.6) {
      const { repository, tag } = newTag();
      push(repository, tag, pick(random, weighted));
    } else if (action < 0.84) {
      const { repository, tag } = recentTag();
      push(repository, tag, pick(random, weighted));
    } else if (action < 0.91) {
      const { repository, tag } = recentTag();
      const { kind, build } = pick(random, pushed.get(repository) ?? []);
      push(repository, tag, kind, build);
    } else if (action < 0.95) {
      steps.push({ do: 'delete', ...recentTag() });
    } else {
      const { repository, tag } = recentTag();
      const turns = wholeNumber(random, 2, 5);
      const docker = weighted.filter(({ name }) => name === 'Docker V2');
      const oci = weighted.filter(
        ({ demanded }) => demanded.companion === 'made' || demanded.companion === 'recompressed',
      );
      for (let turn = 0; turn < turns && builds < images - kinds.length; turn += 1) {
        push(repository, tag, pick(random, turn % 2 === 0 ? oci : docker));
      }
    }
  }
  // However few the images are, each kind is there in the end.
  for (const kind of kinds) {
    const { repository, tag } = newTag();
    push(repository, tag, kind);
  }
  return steps;
}
