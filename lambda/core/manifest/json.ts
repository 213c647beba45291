import { Refusal, type RefusalReason } from '../reasons';
import { formatPath, quote } from './json-path';

/** A number that JavaScript cannot hold as the whole number it was written as; kept as text, because rounding a size changes the image. */
export class InexactNumber {
  constructor(readonly literal: string) {}
  toString(): string {
    return this.literal;
  }
}

/** Objects are maps, so that `__proto__` is a key like any other. */
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | number | string | InexactNumber | readonly Json[] | JsonObject;

/** An image index nests 4 deep; the rest is room for fields that we drop. */
const MAX_DEPTH = 32;
/** 4 MiB of `{}` would take 280 MB as maps, and the function has 256. */
const MAX_VALUES = 200_000;

/**
 * Reads JSON as strictly as image-spec asks (https://github.com/opencontainers/image-spec/blob/main/considerations.md): `JSON.parse`
 * takes the last of two equal keys, rounds large numbers, and tells neither.
 * @throws Refusal that says where and what
 */
export function parseJson(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal('not-json', 'the manifest is not valid UTF-8');
  }
  return new Parser(text).document();
}

class Parser {
  #at = 0;
  #values = 0;
  readonly #path: (string | number)[] = [];

  constructor(readonly text: string) {}

  document(): Json {
    const value = this.#value();
    this.#space();
    if (this.#at < this.text.length) this.#fail('not-json', 'trailing bytes after the JSON document');
    return value;
  }

  #fail(reason: RefusalReason, what: string): never {
    throw new Refusal(reason, `${what} at ${formatPath(this.#path)} (character ${this.#at})`);
  }

  #space(): void {
    while (' \t\n\r'.includes(this.text.charAt(this.#at) || '.')) this.#at += 1;
  }

  #take(character: string): boolean {
    this.#space();
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #value(): Json {
    this.#values += 1;
    if (this.#values > MAX_VALUES) this.#fail('too-many-values', `more than ${MAX_VALUES} values`);
    this.#space();
    switch (this.text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (this.#path.length >= MAX_DEPTH) this.#fail('too-deep', `more than ${MAX_DEPTH} levels`);
    this.#at += 1;
    return read();
  }

  #object(): JsonObject {
    const object = new Map<string, Json>();
    if (this.#take('}')) return object;
    do {
      this.#space();
      if (this.text[this.#at] !== '"') this.#fail('not-json', 'expected a key');
      const key = this.#string();
      this.#path.push(key);
      if (object.has(key)) this.#fail('duplicate-key', `the key ${quote(key)} is there twice`);
      if (!this.#take(':')) this.#fail('not-json', "expected ':'");
      object.set(key, this.#value());
      this.#path.pop();
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('not-json', "expected ',' or '}'");
    return object;
  }

  #array(): readonly Json[] {
    const array: Json[] = [];
    if (this.#take(']')) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail('not-json', "expected ',' or ']'");
    return array;
  }

  #string(): string {
    const start = this.#at;
    for (let at = start + 1; at < this.text.length; at += 1) {
      const character = this.text[at];
      if (character === '"') {
        this.#at = at + 1;
        return this.#unescape(this.text.slice(start, this.#at));
      }
      if (character === '\\') at += 1;
    }
    return this.#fail('not-json', 'a string without its end');
  }

  /** For a single string token, `JSON.parse` is strict enough. */
  #unescape(token: string): string {
    try {
      return JSON.parse(token);
    } catch {
      return this.#fail('not-json', 'a string with a control character or an unknown escape');
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#at)) this.#fail('not-json', 'an unknown word');
    this.#at += word.length;
    return value;
  }

  #number(): number | InexactNumber {
    const start = this.#at;
    while ('+-.0123456789eE'.includes(this.text.charAt(this.#at) || '!')) this.#at += 1;
    const literal = this.text.slice(start, this.#at);
    if (!/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(literal)) {
      this.#at = start;
      this.#fail('not-json', literal === '' ? 'expected a value' : `${quote(literal)} is not a number`);
    }
    const value = Number(literal);
    return /^-?[0-9]+$/.test(literal) && Number.isSafeInteger(value) ? value : new InexactNumber(literal);
  }
}
