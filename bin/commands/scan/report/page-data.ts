import type { Acceptance } from '../../../inventory/acceptance';
import { type Row, TAG_STATES, type TagState } from '../../../inventory/row';

/** What is to be done about comes first when the page opens. */
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

const VERDICTS: readonly Acceptance['verdict'][] = ['accepted', 'refused', 'unknown'];
const NO_VERDICT = VERDICTS.length;

/** The rows as the page takes them: what is often the same stands there once. */
export class PageData {
  readonly rows: (readonly (string | number)[])[] = [];
  readonly states = STATES;
  readonly #names = new Numbering();
  readonly #texts = new Numbering();
  readonly #kinds = new Numbering();

  add(row: Row): void {
    const { repository, tag, format, companion, pushedAt, size, digest } = row;
    const isImage = row.kind !== 'artifact' && row.kind !== 'build-cache';
    const verdict = ({ verdict }: Acceptance) => (isImage ? VERDICTS.indexOf(verdict) : NO_VERDICT);
    this.rows.push([
      this.#names.of(repository),
      tag,
      this.#kinds.of(format),
      verdict(row.sagemaker),
      verdict(row.lambda),
      STATES.indexOf(companion.state),
      this.#texts.of(companion.reason ?? ''),
      this.#texts.of(isToBeTold(companion.state) ? (companion.detail ?? '') : ''),
      pushedAt ? Math.floor(pushedAt.getTime() / 1000) : -1,
      size ?? -1,
      digest,
    ]);
  }

  toJSON(): object {
    return {
      states: this.states,
      names: this.#names.all,
      texts: this.#texts.all,
      kinds: this.#kinds.all,
      rows: this.rows,
    };
  }
}

const isToBeTold = (state: TagState): boolean => state === 'refused' || state === 'unreadable' || state === 'orphan';

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
