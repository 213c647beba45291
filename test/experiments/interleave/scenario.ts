import fc from 'fast-check';
import type { CompanionTagForm } from '../../../lambda/core/companion/companion-tag';
import type { Policy } from '../../../lambda/core/companion/policy';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../support/policy';
import { IMAGES, type PushedImage } from './images';

/** How the event of a push arrives: how often, and whether it is lost at first and comes when all else is quiet. */
export interface Arrival {
  readonly copies: number;
  readonly late: boolean;
}

export const TAGS = ['v1', 'v2'] as const;

export type Command =
  | { readonly do: 'push'; readonly tag: string; readonly image: PushedImage; readonly arrival: Arrival }
  /** `docker tag` and push: one tag gets what another names now. */
  | { readonly do: 'retag'; readonly tag: string; readonly from: string; readonly arrival: Arrival }
  | { readonly do: 'delete'; readonly tag: string; readonly arrival: Arrival }
  /** Nobody acts on what people do to companions; an audit does, so each of the two is followed by a request of one. */
  | { readonly do: 'delete companion'; readonly tag: string; readonly at: number; readonly arrival: Arrival }
  | { readonly do: 'overwrite companion'; readonly tag: string; readonly at: number; readonly arrival: Arrival };

/** What becomes of one call of the registry. `twice`: the answer to the first attempt was lost, so the client sends it again. */
export const FAULTS = ['none', 'crash before', 'crash after', 'error before', 'error after', 'twice'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Scenario {
  readonly policy: Policy;
  readonly immutableCompanions: boolean;
  readonly commands: readonly Command[];
  /** For one call each, in the order in which the calls happen; further calls have none. */
  readonly faults: readonly Fault[];
}

const tag = fc.oneof({ weight: 4, arbitrary: fc.constant(TAGS[0]) }, { weight: 1, arbitrary: fc.constant(TAGS[1]) });
const at = fc.nat({ max: 1 });
const arrival: fc.Arbitrary<Arrival> = fc.record({
  copies: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 3 }) }),
  late: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
const named = <T extends { image: PushedImage }>(push: T): T =>
  Object.assign(push, { [fc.toStringMethod]: () => JSON.stringify({ ...push, image: push.image.name }) });

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('push'), tag, image: fc.constantFrom(...IMAGES), arrival }).map(named),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('retag'), tag, from: fc.constantFrom(...TAGS), arrival }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete'), tag, arrival }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete companion'), tag, at, arrival }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('overwrite companion'), tag, at, arrival }) },
) as fc.Arbitrary<Command>;

const policy: fc.Arbitrary<Policy> = fc.record({
  scope: fc.constant(DEFAULT_POLICY.scope),
  companionTag: fc.constantFrom<CompanionTagForm[]>({ suffix: '-dockerv2' }, { prefix: 'dockerv2-' }),
  platforms: fc.constantFrom<Policy['platforms'][]>([AMD64], [AMD64, ARM64]),
  companionFor: fc.constantFrom('oci-images', 'every-tag'),
  uncompressedLayers: fc.constantFrom('refuse', 'relabel'),
  deleteOrphanedCompanions: fc.boolean(),
});

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 10, arbitrary: fc.constant('none' as const) },
  ...FAULTS.slice(1).map((one) => ({ weight: 1, arbitrary: fc.constant(one) })),
);

export const aScenario: fc.Arbitrary<Scenario> = fc.record({
  policy,
  immutableCompanions: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  commands: fc.array(command, { minLength: 1, maxLength: 8, size: 'max' }),
  faults: fc.array(fault, { maxLength: 24, size: 'max' }),
});

/** The companion tag of each platform of the policy, spelled out. */
export function companionTags(source: string, { companionTag, platforms }: Policy): readonly string[] {
  const both =
    'suffix' in companionTag
      ? [`${source}-dockerv2`, `${source}-dockerv2-arm64`]
      : [`dockerv2-${source}`, `dockerv2--arm64-${source}`];
  return both.slice(0, platforms.length);
}
