import type { Row } from './row';

/** A row as `--json` has it. */
export const rowJson = ({ companions, companion, pushedAt, size, ...row }: Row): object => ({
  repository: row.repository,
  tag: row.tag,
  digest: row.digest,
  mediaType: row.mediaType,
  kind: row.kind,
  format: row.format,
  ...(pushedAt ? { pushedAt: pushedAt.toISOString() } : {}),
  ...(size === undefined ? {} : { sizeInBytes: size }),
  sagemaker: row.sagemaker,
  lambda: row.lambda,
  companion,
  ...(companions.length > 1 ? { companions } : {}),
});

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
