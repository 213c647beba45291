import { companionTagOf, isTagTooLong, skipReasonOfTag } from './companion-tag';
import { type Demand, demandsOf } from './demand';
import { RepositoryNotFound, TransientFailure } from './errors';
import { MAX_TAG_LENGTH } from './names';
import type { CompanionIdentity, ImageTag, ManifestIdentity, Outcome } from './outcome';
import type { Policy } from './policy';
import { Refusal, SKIP_REASONS } from './reasons';
import type { Put, Registry, StoredManifest } from './registry';
import { verified } from './verified-read';

/** A tag that is pushed faster than it can be followed is left to the queue. */
const MAX_ROUNDS = 5;

type TagsNow = ReadonlyMap<string, StoredManifest>;

/**
 * Makes the companion tags of one source tag what they should be now: reads both, writes what is wrong, and reads again until nothing is.
 * Events come late, twice and out of order, so only the registry's present counts, and the last read confirms the last write: if the
 * source moved in between, the companion follows.
 * @returns what was done, one outcome for each companion tag that the source tag has or should have
 * @throws TransientFailure if the source keeps moving, and whatever the registry throws; the same repair later is safe
 */
export async function repair(registry: Registry, image: ImageTag, policy: Policy): Promise<readonly Outcome[]> {
  const skipped = skipReasonOfTag(image.tag, policy.companionTag);
  if (skipped) return [{ image, outcome: 'skipped', reason: skipped, detail: SKIP_REASONS[skipped] }];
  try {
    return await new Repair(registry, image, policy).run();
  } catch (error) {
    if (!(error instanceof RepositoryNotFound)) throw error;
    return [{ image, outcome: 'skipped', reason: 'repository-gone', detail: error.message }];
  }
}

class Repair {
  readonly #companionTags: readonly string[];
  readonly #puts = new Map<string, { readonly by: 'converted' | 'aliased'; readonly result: Put }>();

  constructor(
    readonly registry: Registry,
    readonly image: ImageTag,
    readonly policy: Policy,
  ) {
    this.#companionTags = policy.platforms.map((platform, at) =>
      companionTagOf(image.tag, policy.companionTag, at > 0 ? platform : undefined),
    );
  }

  async run(): Promise<readonly Outcome[]> {
    let demanded: { readonly digest: string; readonly demands: readonly Demand[] } | undefined;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const now = await this.#read();
      const source = now.get(this.image.tag);
      if (!source) return [this.#sourceGone(now)];
      if (demanded?.digest !== source.digest) {
        demanded = { digest: source.digest, demands: await this.#demands(source) };
        this.#puts.clear();
      }
      const written = await this.#write(demanded.demands, now);
      if (!written)
        return demanded.demands.flatMap((demand, at) =>
          this.#outcome(demand, this.#companionTags[at] ?? '', source, now),
        );
    }
    throw new TransientFailure(
      `${this.image.repository}:${this.image.tag} did not come to rest within ${MAX_ROUNDS} rounds`,
    );
  }

  #read(): Promise<TagsNow> {
    const legal = this.#companionTags.filter((tag) => !isTagTooLong(tag));
    return this.registry.readTags(this.image.repository, [this.image.tag, ...legal]);
  }

  async #demands(found: StoredManifest): Promise<readonly Demand[]> {
    const source = await verified(this.registry, this.image.repository, found);
    if (source instanceof Refusal) return [{ demand: 'refused', refusal: source }];
    const demands = await demandsOf(this.registry, this.image.repository, source, this.policy);
    return demands.map((demand, at): Demand => {
      const tag = this.#companionTags[at] ?? '';
      if (demand.demand === 'none' || demand.demand === 'refused' || !isTagTooLong(tag)) return demand;
      if (demand.demand === 'if-present') return { ...demand, demand: 'none' };
      return {
        demand: 'refused',
        refusal: new Refusal(
          'tag-too-long',
          `the companion tag of ${this.image.tag} would have ${tag.length} characters, the limit is ${MAX_TAG_LENGTH}`,
        ),
      };
    });
  }

  /** Puts each companion that is wrong, once for a source digest unless it is wrong again. @returns whether anything was put */
  async #write(demands: readonly Demand[], now: TagsNow): Promise<boolean> {
    let written = false;
    for (const [at, demand] of demands.entries()) {
      const tag = this.#companionTags[at] ?? '';
      if (
        !this.#isWrong(demand, now.get(tag)) ||
        this.#puts.get(tag)?.result.put === 'refused' ||
        this.#puts.get(tag)?.result.put === 'tag-taken'
      )
        continue;
      const result = await this.registry.putManifest(this.image.repository, tag, demand.manifest);
      this.#puts.set(tag, { by: demand.demand === 'manifest' ? demand.by : 'aliased', result });
      written = true;
    }
    return written;
  }

  #isWrong(
    demand: Demand,
    companion: StoredManifest | undefined,
  ): demand is Extract<Demand, { manifest: StoredManifest }> {
    if (demand.demand === 'manifest') return companion?.digest !== demand.manifest.digest;
    return demand.demand === 'if-present' && companion !== undefined && companion.digest !== demand.manifest.digest;
  }

  #outcome(demand: Demand, tag: string, found: StoredManifest, now: TagsNow): readonly Outcome[] {
    const { image } = this;
    const source = identity(found);
    const companion = now.get(tag);
    const put = this.#puts.get(tag);
    const refuse = ({ reason, detail }: Refusal): readonly Outcome[] => {
      const stale = companion ? `; ${tag} still names ${companion.digest}, an earlier image` : '';
      return [
        {
          image,
          source,
          outcome: 'refused',
          reason,
          detail: detail + stale,
          companion: { tag, ...(companion ? { staleDigest: companion.digest } : {}) },
        },
      ];
    };
    if (demand.demand === 'refused') return refuse(demand.refusal);
    if (demand.demand === 'none') {
      if (companion) return refuse(new Refusal('stale-companion', demand.detail));
      return demand.skip ? [{ image, source, outcome: 'skipped', reason: demand.skip, detail: demand.detail }] : [];
    }
    if (put?.result.put === 'refused') return refuse(new Refusal(put.result.reason, put.result.detail));
    if (put?.result.put === 'tag-taken' && companion?.digest !== demand.manifest.digest)
      return refuse(this.#immutable(tag));
    if (demand.demand === 'if-present' && !companion)
      return [{ image, source, outcome: 'skipped', reason: demand.skip, detail: demand.detail }];
    const about = { image, source, companion: { tag, ...identity(demand.manifest) } satisfies CompanionIdentity };
    const outcome = put?.result.put === 'done' ? put.by : 'unchanged';
    if (demand.demand === 'if-present') return [{ ...about, outcome, droppedFields: [] }];
    const { droppedFields, platform } = demand;
    return [{ ...about, outcome, droppedFields, ...(platform ? { platform } : {}) }];
  }

  #immutable(tag: string): Refusal {
    const { companionTag } = this.policy;
    const filter = 'suffix' in companionTag ? `*${companionTag.suffix}` : `${companionTag.prefix}*`;
    return new Refusal(
      'tag-immutable',
      `tag immutability of ${this.image.repository} keeps ${tag}; a tag mutability exclusion filter ${filter} would let it move`,
    );
  }

  #sourceGone(now: TagsNow): Outcome {
    const kept = this.#companionTags.filter((tag) => now.has(tag));
    const detail =
      kept.length > 0 ? `the tag no longer exists; ${kept.join(', ')} is kept` : SKIP_REASONS['source-gone'];
    return { image: this.image, outcome: 'skipped', reason: 'source-gone', detail };
  }
}

const identity = ({ digest, mediaType }: StoredManifest): ManifestIdentity => ({ digest, mediaType });
