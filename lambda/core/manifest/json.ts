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

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads JSON as strictly as image-spec asks (https://github.com/opencontainers/image-spec/blob/main/considerations.md): `JSON.parse`
 * takes the last of two equal keys, rounds large numbers, and tells neither.
 * @throws Refusal that says where and what
 */
export function parseJson(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new Refusal('not-json', 'the manifest is not valid UTF-8');
  }
  return new Parser(text, bytes).document();
}

/** Of characters. A string for each character of a 4 MiB manifest takes several times as long. */
const CODE = {
  tab: 0x09,
  newline: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openingBracket: 0x5b,
  backslash: 0x5c,
  closingBracket: 0x5d,
  f: 0x66,
  n: 0x6e,
  t: 0x74,
  openingBrace: 0x7b,
  closingBrace: 0x7d,
  end: 0x10000,
};

/** What a string can't have as it is; no character from 256 on is special. */
const IS_SPECIAL = Uint8Array.from({ length: 256 }, (_, code) =>
  code < CODE.space || code === CODE.quote || code === CODE.backslash ? 1 : 0,
);

const isSpace = (code: number): boolean =>
  code === CODE.space || code === CODE.newline || code === CODE.tab || code === CODE.carriageReturn;
const isOfNumber = (code: number): boolean =>
  (code >= CODE.zero && code <= CODE.nine) || (code < CODE.end && '+-.eE'.includes(String.fromCharCode(code)));

const WHOLE_NUMBER = /^-?(0|[1-9][0-9]*)$/;
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

class Parser {
  #at = 0;
  #values = 0;
  readonly #path: (string | number)[] = [];
  readonly #codes: Uint8Array | Uint16Array;

  constructor(
    readonly text: string,
    bytes: Uint8Array,
  ) {
    const isAscii = bytes.length === text.length;
    this.#codes = isAscii ? bytes : Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  }

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
    while (isSpace(this.#code())) this.#at += 1;
  }

  #code(): number {
    return this.#codes[this.#at] ?? CODE.end;
  }

  #take(character: number): boolean {
    this.#space();
    if (this.#code() !== character) return false;
    this.#at += 1;
    return true;
  }

  #value(): Json {
    this.#values += 1;
    if (this.#values > MAX_VALUES) this.#fail('too-many-values', `more than ${MAX_VALUES} values`);
    this.#space();
    switch (this.#code()) {
      case CODE.openingBrace:
        this.#enter();
        return this.#object();
      case CODE.openingBracket:
        this.#enter();
        return this.#array();
      case CODE.quote:
        return this.#string();
      case CODE.t:
        return this.#word('true', true);
      case CODE.f:
        return this.#word('false', false);
      case CODE.n:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #enter(): void {
    if (this.#path.length >= MAX_DEPTH) this.#fail('too-deep', `more than ${MAX_DEPTH} levels`);
    this.#at += 1;
  }

  #object(): JsonObject {
    const object = new Map<string, Json>();
    if (this.#take(CODE.closingBrace)) return object;
    do {
      this.#space();
      if (this.#code() !== CODE.quote) this.#fail('not-json', 'expected a key');
      const key = this.#string();
      this.#path.push(key);
      if (object.has(key)) this.#fail('duplicate-key', `the key ${quote(key)} is there twice`);
      if (!this.#take(CODE.colon)) this.#fail('not-json', "expected ':'");
      object.set(key, this.#value());
      this.#path.pop();
    } while (this.#take(CODE.comma));
    if (!this.#take(CODE.closingBrace)) this.#fail('not-json', "expected ',' or '}'");
    return object;
  }

  #array(): readonly Json[] {
    const array: Json[] = [];
    if (this.#take(CODE.closingBracket)) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#take(CODE.comma));
    if (!this.#take(CODE.closingBracket)) this.#fail('not-json', "expected ',' or ']'");
    return array;
  }

  #string(): string {
    const codes = this.#codes;
    const start = this.#at;
    let isPlain = true;
    let at = start + 1;
    for (; ; at += 1) {
      const code = codes[at] ?? this.#fail('not-json', 'a string without its end');
      if (!IS_SPECIAL[code]) continue;
      if (code === CODE.quote) break;
      isPlain = false;
      if (code === CODE.backslash) at += 1;
    }
    this.#at = at + 1;
    return isPlain ? this.text.slice(start + 1, at) : this.#unescape(this.text.slice(start, this.#at));
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
    while (isOfNumber(this.#code())) this.#at += 1;
    const literal = this.text.slice(start, this.#at);
    if (WHOLE_NUMBER.test(literal)) {
      const value = Number(literal);
      return Number.isSafeInteger(value) ? value : new InexactNumber(literal);
    }
    if (NUMBER.test(literal)) return new InexactNumber(literal);
    this.#at = start;
    return this.#fail('not-json', literal === '' ? 'expected a value' : `${quote(literal)} is not a number`);
  }
}
