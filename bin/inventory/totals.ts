import { DOCKER_MANIFEST } from '../../lambda/core/manifest/media-types';
import { acceptanceOf } from './acceptance';
import { CONSUMER_IDS, type Consumer } from './consumers';
import { count, ranked } from './counts';
import { type CompanionStatus, isSourceImage, type Row, type TagState } from './row';

/** Something to know about one repository, in one sentence. */
export interface RepositoryNote {
  readonly repository: string;
  readonly why: string;
}

/** What one consumer makes of the images. The parts add up to all images. */
export const COVERAGE = {
  asIs: 'accepted as is',
  byCompanion: 'its companion is accepted',
  repairable: 'a repair would give it a companion that is accepted',
  refused: 'not accepted: someone has to act',
  unknown: 'not known',
} as const;
export type CoveragePart = keyof typeof COVERAGE;
export type Coverage = Readonly<Record<CoveragePart, number>>;

const NOTHING: Coverage = { asIs: 0, byCompanion: 0, repairable: 0, refused: 0, unknown: 0 };

/** The totals of an inventory. */
export class Totals {
  tags = 0;
  /** Tags of images that were pushed to run: not companions, artifacts or caches. */
  images = 0;
  repairable = 0;
  readonly repositories = new Set<string>();
  readonly formats = new Map<string, number>();
  readonly states = new Map<TagState, number>();
  /** Refused companions by reason. */
  readonly refusals = new Map<string, number>();
  /** Tags that need no companion, by reason. */
  readonly skips = new Map<string, number>();
  /** Tags that need a repair or a person, by repository. */
  readonly toDo = new Map<string, number>();
  /** Repositories that opted out, and would get companions otherwise. */
  readonly optedOut = new Set<string>();
  /** Repositories that could not be read. */
  readonly unreadable: RepositoryNote[] = [];
  /** Repositories whose lifecycle policy can cost them images because of companions. */
  readonly lifecycleRisks: RepositoryNote[] = [];
  readonly coverage = Object.fromEntries(CONSUMER_IDS.map((consumer) => [consumer, NOTHING])) as Record<
    Consumer,
    Coverage
  >;

  add(row: Row): void {
    const { state, reason } = row.companion;
    this.tags += 1;
    this.repositories.add(row.repository);
    count(this.states, state);
    if (row.isRepairable) this.repairable += 1;
    if (state === 'refused' && reason) count(this.refusals, reason);
    if (state === 'not-needed' && reason) count(this.skips, reason);
    if (reason === 'opted-out') this.optedOut.add(row.repository);
    if (['missing', 'out-of-date', 'refused', 'unreadable'].includes(state)) count(this.toDo, row.repository);
    if (state !== 'companion' && state !== 'orphan') count(this.formats, row.format);
    if (!isSourceImage(row)) return;
    this.images += 1;
    for (const consumer of CONSUMER_IDS) {
      const part = coverageOf(row, consumer);
      this.coverage[consumer] = { ...this.coverage[consumer], [part]: this.coverage[consumer][part] + 1 };
    }
  }

  /** A repository is listed once, even if several of its batches fail. */
  addUnreadable(repository: string, why: string): void {
    if (!this.unreadable.some((known) => known.repository === repository)) this.unreadable.push({ repository, why });
  }

  /** Whether everything was read. */
  get isComplete(): boolean {
    return this.unreadable.length === 0 && !this.states.has('unreadable');
  }

  /** Tags whose companion is refused, and those that could not be read. */
  get needAPerson(): number {
    return (this.states.get('refused') ?? 0) + (this.states.get('unreadable') ?? 0);
  }
}

function coverageOf(row: Row, consumer: Consumer): CoveragePart {
  const { verdict } = row.accepted[consumer];
  if (verdict === 'accepted') return 'asIs';
  const fitting = row.companions.filter((companion) => isAcceptedCompanion(companion, row, consumer));
  if (fitting.some(({ state }) => state === 'current')) return 'byCompanion';
  if (fitting.some(({ state }) => state === 'missing' || state === 'out-of-date')) return 'repairable';
  return verdict;
}

/** A companion is a Docker manifest, of the source's platform or of the one that was chosen from an index. */
function isAcceptedCompanion({ platform }: CompanionStatus, { platforms }: Row, consumer: Consumer): boolean {
  const image = { mediaType: DOCKER_MANIFEST, platforms: platform ? [platform] : platforms };
  return acceptanceOf(consumer, image).verdict === 'accepted';
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

export const scopeOf = ({ tags, repositories }: Totals): string =>
  `${plural(tags, 'tag')} in ${plural(repositories.size, 'repository', 'repositories')}`;

/** One line. */
export function summary(totals: Totals): string {
  const states = ranked(totals.states).map(([state, tags]) => `${tags.toLocaleString('en')} ${state}`);
  return `${scopeOf(totals)}${states.length > 0 ? `: ${states.join(', ')}` : ''}`;
}

export const totalsJson = (totals: Totals, consumers: readonly Consumer[]): object => ({
  repositories: totals.repositories.size,
  tags: totals.tags,
  images: totals.images,
  repairable: totals.repairable,
  companions: Object.fromEntries(totals.states),
  refusals: Object.fromEntries(totals.refusals),
  notNeeded: Object.fromEntries(totals.skips),
  formats: Object.fromEntries(totals.formats),
  coverage: Object.fromEntries(consumers.map((consumer) => [consumer, totals.coverage[consumer]])),
});
