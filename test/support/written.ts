import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** What a command writes, without colors: Jest forces them on its workers when someone runs it in a terminal. */
export class Written extends Writable {
  readonly columns = 80;
  #text = '';

  constructor(readonly isTTY = false) {
    super({ decodeStrings: false });
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#text += chunk;
    done();
  }

  get text(): string {
    return stripVTControlCharacters(this.#text);
  }
}
