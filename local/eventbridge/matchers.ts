import { isObject } from '../aws/json';
import { unsupported } from '../aws/unsupported';

/** A pattern that AWS would refuse in `PutRule`. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPatternException';

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}

/** Whether the value of a field matches. A field that the event doesn't have matches nothing. */
export type Matcher = (value: unknown) => boolean;

const NOT_HERE = ['numeric', 'cidr', 'exists', 'suffix', 'equals-ignore-case'];

/** Compiles one entry of a pattern's list. Operators: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export function compileMatcher(item: unknown): Matcher {
  if (Array.isArray(item)) throw new InvalidEventPattern('Match value must be String, number, true, false, or null');
  if (!isObject(item)) return (value) => value === item;
  const [entry, ...more] = Object.entries(item);
  if (entry === undefined) throw new InvalidEventPattern('Match expression name not found');
  if (more.length > 0) throw new InvalidEventPattern('Only one key allowed in match expression');
  const [operator, argument] = entry;
  const compile = OPERATORS[operator];
  if (compile) return compile(argument);
  if (NOT_HERE.includes(operator)) throw unsupported(`the event pattern operator ${operator}`);
  throw new InvalidEventPattern(`Unrecognized match type ${operator}`);
}

function prefix(start: unknown): Matcher {
  if (typeof start === 'string') return (value) => typeof value === 'string' && value.startsWith(start);
  throw new InvalidEventPattern('prefix match pattern must be a string');
}

/** `*` is any run of characters; `\*` and `\\` are the characters themselves; other escapes and `**` are refused. */
function wildcard(pattern: unknown): Matcher {
  if (typeof pattern !== 'string') throw new InvalidEventPattern('wildcard match pattern must be a string');
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

/** Exact values, or one or more wildcards. */
function anythingBut(argument: unknown): Matcher {
  if (isObject(argument)) {
    const [operator = '', ...more] = Object.keys(argument);
    if (more.length > 0) throw new InvalidEventPattern('Only one key allowed in match expression');
    if (operator === 'prefix' || NOT_HERE.includes(operator))
      throw unsupported(`the event pattern operator ${operator} in anything-but`);
    if (operator !== 'wildcard') throw new InvalidEventPattern(`Unsupported anything-but pattern: ${operator}`);
    const tests = listOf(argument.wildcard).map(wildcard);
    return (value) => !tests.some((test) => test(value));
  }
  const values = listOf(argument);
  const [kind, ...others] = new Set(values.map((value) => typeof value));
  if (others.length === 0 && (kind === 'string' || kind === 'number')) return (value) => !values.includes(value);
  throw new InvalidEventPattern(
    'Inside anything but list, either all values are number or string, mixed type is not supported',
  );
}

const OPERATORS: Readonly<Record<string, (argument: unknown) => Matcher>> = {
  prefix,
  wildcard,
  'anything-but': anythingBut,
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
