import { isObject } from '../aws/json';
import { InvalidEventPattern } from './invalid-event-pattern';

/** One entry of a pattern's list. */
export interface Matcher {
  /** Whether it matches a key that the event does not have; only `{"exists": false}` does. */
  readonly absent: boolean;
  test(value: unknown): boolean;
}

type Test = (value: unknown) => boolean;

const present = (test: Test): Matcher => ({ absent: false, test });

/** Operators: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export function compileMatcher(item: unknown): Matcher {
  if (Array.isArray(item)) throw new InvalidEventPattern('Match value must be String, number, true, false, or null');
  if (!isObject(item)) return present((value) => value === item);
  const [operator, argument] = onlyEntry(item, 'Match expression name not found');
  switch (operator) {
    case 'exists':
      if (typeof argument !== 'boolean')
        throw new InvalidEventPattern('exists match pattern must be either true or false.');
      return argument ? present(() => true) : { absent: true, test: () => false };
    case 'prefix':
    case 'suffix':
      return present(affix(operator, argument));
    case 'equals-ignore-case':
      return present(equalsIgnoreCase(text(argument, operator)));
    case 'wildcard':
      return present(wildcard(text(argument, operator)));
    case 'numeric':
      return present(numeric(argument));
    case 'anything-but':
      return present(anythingBut(argument));
    case 'cidr':
      throw new InvalidEventPattern('the match type cidr is not supported by the local bus');
    default:
      throw new InvalidEventPattern(`Unrecognized match type ${operator}`);
  }
}

function affix(operator: 'prefix' | 'suffix', argument: unknown): Test {
  const ends = (value: string, part: string) => (operator === 'prefix' ? value.startsWith(part) : value.endsWith(part));
  if (!isObject(argument)) {
    const part = text(argument, operator);
    return (value) => typeof value === 'string' && ends(value, part);
  }
  const [inner, ignoringCase] = onlyEntry(argument, `${operator} expression name not found`);
  if (inner !== 'equals-ignore-case') throw new InvalidEventPattern(`Unsupported ${operator} pattern: ${inner}`);
  const part = text(ignoringCase, inner).toLowerCase();
  return (value) => typeof value === 'string' && ends(value.toLowerCase(), part);
}

function equalsIgnoreCase(expected: string): Test {
  return (value) => typeof value === 'string' && value.toLowerCase() === expected.toLowerCase();
}

/** `*` is any run of characters, `\*` and `\\` are themselves; other escapes and `**` are refused. */
function wildcard(pattern: string): Test {
  const source = pattern.replace(/\\(.?)|\*+|[^\\*]/gs, (part, escaped?: string) => {
    if (part.startsWith('\\')) {
      if (escaped === '*' || escaped === '\\') return `\\${escaped}`;
      throw new InvalidEventPattern(`Invalid escape character in wildcard ${JSON.stringify(pattern)}`);
    }
    if (part.startsWith('**'))
      throw new InvalidEventPattern(`Consecutive wildcard characters in ${JSON.stringify(pattern)}`);
    return part === '*' ? '.*' : part.replace(/[.+?^${}()|[\]/]/, '\\$&');
  });
  const expression = new RegExp(`^${source}$`, 's');
  return (value) => typeof value === 'string' && expression.test(value);
}

const COMPARE: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(argument: unknown): Test {
  if (!Array.isArray(argument)) throw new InvalidEventPattern('Value of numeric must be an array.');
  const terms: unknown[] = argument;
  const range = terms.length === 4 && ['>', '>='].includes(String(terms[0])) && ['<', '<='].includes(String(terms[2]));
  if (terms.length !== 2 && !range) throw new InvalidEventPattern('Bad numeric range expression');
  const tests = [0, 2].slice(0, terms.length / 2).map((at) => {
    const compare = COMPARE[String(terms[at])];
    const bound = terms[at + 1];
    if (!compare) throw new InvalidEventPattern(`Unrecognized numeric range operator: ${String(terms[at])}`);
    if (typeof bound !== 'number') throw new InvalidEventPattern(`Value of ${String(terms[at])} must be numeric`);
    return (value: number) => compare(value, bound);
  });
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function anythingBut(argument: unknown): Test {
  if (!isObject(argument)) {
    const values: unknown[] = Array.isArray(argument) ? argument : [argument];
    const kinds = new Set(values.map((value) => typeof value));
    const [kind] = kinds;
    if (kinds.size !== 1 || (kind !== 'string' && kind !== 'number')) {
      throw new InvalidEventPattern(
        'Inside anything but list, either all values are number or string, mixed type is not supported',
      );
    }
    return (value) => !values.includes(value);
  }
  const [operator, inner] = onlyEntry(argument, 'Anything-But expression name not found');
  const compile = REFUSALS[operator];
  if (!compile) throw new InvalidEventPattern(`Unsupported anything-but pattern: ${operator}`);
  const values: unknown[] = Array.isArray(inner) ? inner : [inner];
  const refused = values.map((value) => compile(text(value, operator)));
  return (value) => !refused.some((test) => test(value));
}

/** What anything-but can refuse besides exact values. */
const REFUSALS: Readonly<Record<string, (value: string) => Test>> = {
  prefix: (value) => affix('prefix', notEmpty(value)),
  suffix: (value) => affix('suffix', notEmpty(value)),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard,
};

/** The empty affix is allowed alone but not under anything-but, where it would refuse every string. */
function notEmpty(value: string): string {
  if (value === '') throw new InvalidEventPattern('Null prefix/suffix not allowed');
  return value;
}

function onlyEntry(expression: Readonly<Record<string, unknown>>, missing: string): readonly [string, unknown] {
  const [entry, ...more] = Object.entries(expression);
  if (entry === undefined) throw new InvalidEventPattern(missing);
  if (more.length > 0) throw new InvalidEventPattern('Only one key allowed in match expression');
  return entry;
}

function text(value: unknown, operator: string): string {
  if (typeof value !== 'string') throw new InvalidEventPattern(`${operator} match pattern must be a string`);
  return value;
}
