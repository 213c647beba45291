import type { Accepted } from './acceptance';
import type { Consumer } from './consumers';
import type { Row } from './row';

/** A row as `--json` has it, with the verdicts of these services. */
export const rowJson = (
  { companions, companion, pushedAt, size, platforms, ...row }: Row,
  consumers: readonly Consumer[],
): object => ({
  repository: row.repository,
  tag: row.tag,
  digest: row.digest,
  mediaType: row.mediaType,
  kind: row.kind,
  format: row.format,
  ...(pushedAt ? { pushedAt: pushedAt.toISOString() } : {}),
  ...(size === undefined ? {} : { sizeInBytes: size }),
  ...(platforms ? { platforms } : {}),
  accepted: only(row.accepted, consumers),
  companion,
  ...(companions.length > 1 ? { companions } : {}),
});

const only = (accepted: Accepted, consumers: readonly Consumer[]): Partial<Accepted> =>
  Object.fromEntries(consumers.map((consumer) => [consumer, accepted[consumer]]));

/** One JSON document with a long list in it, one entry a line. Each entry is written as it comes, so the list takes no memory. */
export class JsonDocument {
  #entries = 0;

  /** @param name of the list */
  constructor(
    readonly write: (text: string) => void,
    head: object,
    name: string,
  ) {
    write(`${JSON.stringify(head).slice(0, -1)},"${name}":[`);
  }

  add(entry: object): void {
    this.write(`${this.#entries === 0 ? '' : ','}\n${JSON.stringify(entry)}`);
    this.#entries += 1;
  }

  end(tail: object): void {
    this.write(`\n],${JSON.stringify(tail).slice(1)}\n`);
  }
}
