import { isDeepStrictEqual } from 'node:util';
import { align } from './align';
import type { Choice, Json } from './choices';

/** What the template has in a place if these choices are off, and all others on. */
export type Variants = (off: ReadonlySet<string>) => Json | undefined;

export const ALL_ON: ReadonlySet<string> = new Set();
const NO_VALUE: Json = { Ref: 'AWS::NoValue' };

/** Makes one value of all variants: where a choice makes a difference, `Fn::If` decides. */
export class Weaver {
  constructor(readonly choices: readonly Choice[]) {}

  /**
   * @param open the choices that may make a difference here
   * @param off those that are off here, because this stands in the second branch of an `Fn::If`
   */
  weave(variants: Variants, open = this.choices, off = ALL_ON): Json {
    const on = variants(off);
    const without = ({ name }: Choice) => variants(new Set([...off, name]));
    const relevant = open.filter((choice) => !isDeepStrictEqual(without(choice), on));
    const [first, ...others] = relevant;
    if (!first) return on ?? NO_VALUE;
    const all = [on, ...relevant.map(without)];
    if (all.every(isPlainObject)) {
      const keys = [...new Set(all.flatMap((each) => Object.keys(each)))];
      const entry = (key: string) => this.weave((off) => fieldOf(variants(off), key), relevant, off);
      return Object.fromEntries(keys.map((key) => [key, entry(key)]));
    }
    if (all.every(isList) && isList(on) && all.every((each) => align(on, each))) {
      return on.map((_, at) => this.weave((off) => elementOf(on, variants(off), at), relevant, off));
    }
    const revealed = this.choices.filter(({ name }) => first.otherwise?.includes(name));
    return {
      'Fn::If': [
        first.name,
        this.weave(variants, others, off),
        this.weave(variants, [...others, ...revealed], new Set([...off, first.name])),
      ],
    };
  }

  /** The choices without which the template lacks what stands in this place. */
  required(variants: Variants): readonly Choice[] {
    return this.choices.filter(({ name }) => variants(new Set([name])) === undefined);
  }
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Not a function of CloudFormation, which is one value. */
const isPlainObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !isList(value) && !/^(Ref|Fn::.*)$/.test(Object.keys(value).join());

export const fieldOf = (value: Json | undefined, key: string): Json | undefined =>
  isPlainObject(value) ? value[key] : undefined;

const elementOf = (list: readonly Json[], variant: Json | undefined, at: number): Json | undefined =>
  isList(variant) ? align(list, variant)?.[at] : undefined;
