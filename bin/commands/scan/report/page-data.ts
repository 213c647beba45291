import type { Acceptance } from '../../../inventory/acceptance';
import type { Consumer } from '../../../inventory/consumers';
import { type Row, TAG_STATES, type TagState } from '../../../inventory/row';
import type { PageJson, RowJson, Verdict } from './browser/data';

/** What needs something done comes first when the page opens. */
const STATES: readonly TagState[] = [
  ...new Set<TagState>([
    'missing',
    'out-of-date',
    'refused',
    'unreadable',
    'orphan',
    'current',
    ...(Object.keys(TAG_STATES) as TagState[]),
  ]),
];

const VERDICTS = { accepted: 0, refused: 1, unknown: 2 } as const satisfies Record<Acceptance['verdict'], Verdict>;
const NO_VERDICT: Verdict = 3;

/** The rows as the page takes them: a text that many rows share is in it once. */
export class PageData {
  readonly #rows: RowJson[] = [];
  readonly #names = new Numbering();
  readonly #texts = new Numbering();
  readonly #kinds = new Numbering();

  /** @param consumers whose verdicts the page shows */
  constructor(readonly consumers: readonly Consumer[]) {}

  add(row: Row): void {
    const { repository, tag, format, companion, pushedAt, size, digest } = row;
    const isImage = row.kind !== 'artifact' && row.kind !== 'build-cache';
    const verdict = ({ verdict }: Acceptance): Verdict => (isImage ? VERDICTS[verdict] : NO_VERDICT);
    this.#rows.push([
      this.#names.of(repository),
      tag,
      this.#kinds.of(format),
      this.consumers.map((consumer) => verdict(row.accepted[consumer])),
      STATES.indexOf(companion.state),
      this.#texts.of(companion.reason ?? ''),
      this.#texts.of(needsDetail(companion.state) ? (companion.detail ?? '') : ''),
      pushedAt ? Math.floor(pushedAt.getTime() / 1000) : -1,
      size ?? -1,
      digest,
    ]);
  }

  toJSON(): PageJson {
    return {
      consumers: this.consumers,
      states: STATES,
      names: this.#names.all,
      texts: this.#texts.all,
      kinds: this.#kinds.all,
      rows: this.#rows,
    };
  }
}

const needsDetail = (state: TagState): boolean => state === 'refused' || state === 'unreadable' || state === 'orphan';

/** Texts, each with its position in the list. */
class Numbering {
  readonly all: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}
