import { isObject, type JsonObject } from '../aws/json';
import { unsupported } from '../aws/unsupported';
import { InvalidEventPattern } from './invalid-event-pattern';

/** One entry of a pattern's list. */
export interface Matcher {
  /** Whether it matches a field that the event doesn't have; only `{"exists": false}` does. */
  readonly absent: boolean;
  test(value: unknown): boolean;
}

type Test = (value: unknown) => boolean;
type TextTest = (pattern: string) => Test;

const onText =
  (test: (value: string) => boolean): Test =>
  (value) =>
    typeof value === 'string' && test(value);

const TEXT_OPERATORS: Readonly<Record<string, TextTest>> = {
  prefix: (start) => onText((value) => value.startsWith(start)),
  suffix: (end) => onText((value) => value.endsWith(end)),
  'equals-ignore-case': (text) => onText((value) => value.toLowerCase() === text.toLowerCase()),
  wildcard,
};
const NOT_HERE = ['numeric', 'cidr'];

/** Operators: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export function compileMatcher(item: unknown): Matcher {
  if (Array.isArray(item)) throw new InvalidEventPattern('Match value must be String, number, true, false, or null');
  if (!isObject(item)) return { absent: false, test: (value) => value === item };
  const [operator, argument] = onlyEntry(item, 'Match expression name not found');
  const textTest = TEXT_OPERATORS[operator];
  if (textTest) return { absent: false, test: textTest(textOf(argument, operator)) };
  if (operator === 'anything-but') return { absent: false, test: anythingBut(argument) };
  if (operator === 'exists') return exists(argument);
  if (NOT_HERE.includes(operator)) throw unsupported(`the event pattern operator ${operator}`);
  throw new InvalidEventPattern(`Unrecognized match type ${operator}`);
}

function exists(argument: unknown): Matcher {
  if (typeof argument === 'boolean') return { absent: !argument, test: () => argument };
  throw new InvalidEventPattern('exists match pattern must be either true or false.');
}

/** `*` is any run of characters; `\*` and `\\` are the characters themselves; other escapes and `**` are refused. */
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
  return onText((value) => expression.test(value));
}

/** Exact values, or one text operator with one or more patterns. */
function anythingBut(argument: unknown): Test {
  if (!isObject(argument)) {
    const values = listOf(argument);
    const [kind, ...others] = new Set(values.map((value) => typeof value));
    if (others.length > 0 || (kind !== 'string' && kind !== 'number')) {
      throw new InvalidEventPattern(
        'Inside anything but list, either all values are number or string, mixed type is not supported',
      );
    }
    return (value) => !values.includes(value);
  }
  const [operator, patterns] = onlyEntry(argument, 'Anything-But expression name not found');
  const textTest = TEXT_OPERATORS[operator];
  if (!textTest) throw new InvalidEventPattern(`Unsupported anything-but pattern: ${operator}`);
  const tests = listOf(patterns).map((pattern) => textTest(notEmptyAffix(textOf(pattern, operator), operator)));
  return (value) => !tests.some((test) => test(value));
}

/** An empty affix is valid alone but not under anything-but, where it would refuse every string. */
function notEmptyAffix(text: string, operator: string): string {
  if (text !== '' || (operator !== 'prefix' && operator !== 'suffix')) return text;
  throw new InvalidEventPattern('Null prefix/suffix not allowed');
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function onlyEntry(expression: JsonObject, missing: string): readonly [string, unknown] {
  const [entry, ...more] = Object.entries(expression);
  if (entry === undefined) throw new InvalidEventPattern(missing);
  if (more.length > 0) throw new InvalidEventPattern('Only one key allowed in match expression');
  return entry;
}

function textOf(argument: unknown, operator: string): string {
  if (typeof argument === 'string') return argument;
  // EventBridge also takes {"prefix": {"equals-ignore-case": "..."}}.
  if (isObject(argument)) throw unsupported(`an object as the argument of ${operator} in an event pattern`);
  throw new InvalidEventPattern(`${operator} match pattern must be a string`);
}
