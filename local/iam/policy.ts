import { asList, asObject, asString, asStrings, isObject, type JsonObject, show } from '../aws/json';

/** One resolved statement of an identity or resource policy; lists are always lists. */
export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `Service:events.amazonaws.com`, `AWS:*`, `*`; nothing in an identity policy. */
  readonly principals?: readonly string[];
  /** operator → key → values */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly principal?: string;
  /** Condition keys of the request, for example `aws:SourceArn`. */
  readonly context?: Readonly<Record<string, string>>;
}

export type Access = 'allowed' | 'denied' | 'not-allowed';

/** @throws for what this small evaluator would get wrong: NotAction, NotResource, NotPrincipal */
export function readStatements(document: unknown, path: string): readonly Statement[] {
  const written = asObject(document, path).Statement;
  const list = Array.isArray(written) ? asList(written, path) : [written];
  return list.map((item, index) =>
    readStatement(asObject(item, `${path}.Statement[${index}]`), `${path}.Statement[${index}]`),
  );
}

function readStatement(statement: JsonObject, path: string): Statement {
  for (const key of ['NotAction', 'NotResource', 'NotPrincipal']) {
    if (key in statement) throw new Error(`${path}.${key}: not supported by the local account`);
  }
  const effect = asString(statement.Effect, `${path}.Effect`);
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new Error(`${path}.Effect: expected Allow or Deny, got ${show(effect)}`);
  const conditions = Object.entries(asObject(statement.Condition ?? {}, `${path}.Condition`)).map(
    ([operator, keys]) => {
      const at = `${path}.Condition.${operator}`;
      const values = Object.entries(asObject(keys, at)).map(([key, value]) => [
        key,
        conditionValues(value, `${at}.${key}`),
      ]);
      return [operator, Object.fromEntries(values)] as const;
    },
  );
  return {
    ...(statement.Sid === undefined ? {} : { sid: asString(statement.Sid, `${path}.Sid`) }),
    effect,
    actions: asStrings(statement.Action, `${path}.Action`),
    resources: statement.Resource === undefined ? [] : asStrings(statement.Resource, `${path}.Resource`),
    ...(statement.Principal === undefined
      ? {}
      : { principals: readPrincipals(statement.Principal, `${path}.Principal`) }),
    conditions: Object.fromEntries(conditions),
  };
}

const conditionValues = (value: unknown, path: string) =>
  asStrings(Array.isArray(value) ? value.map(String) : String(value), path);

function readPrincipals(principal: unknown, path: string): readonly string[] {
  if (!isObject(principal)) return [asString(principal, path)];
  return Object.entries(principal).flatMap(([kind, names]) =>
    asStrings(names, `${path}.${kind}`).map((name) => `${kind}:${name}`),
  );
}

/** What these statements say of one request: a matching Deny wins, then a matching Allow; else it is not allowed. */
export function evaluate(statements: readonly Statement[], request: AccessRequest): Access {
  const matching = statements.filter((statement) => applies(statement, request));
  if (matching.some(({ effect }) => effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'not-allowed';
}

function applies(statement: Statement, request: AccessRequest): boolean {
  const { principals } = statement;
  const everyone = ['*', 'AWS:*'];
  if (principals && !principals.some((name) => name === request.principal || everyone.includes(name))) return false;
  if (!statement.actions.some((action) => like(action.toLowerCase(), request.action.toLowerCase()))) return false;
  if (!statement.resources.some((resource) => like(resource, request.resource))) return false;
  return Object.entries(statement.conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, values, request.context?.[key])),
  );
}

function holds(operator: string, expected: readonly string[], actual: string | undefined): boolean {
  const ifExists = operator.endsWith('IfExists');
  const name = operator.replace(/IfExists$/, '');
  // An absent key cannot equal a value, so a negated comparison holds:
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  if (actual === undefined) return ifExists || name === 'StringNotEquals';
  switch (name) {
    case 'StringEquals':
    case 'Bool':
      return expected.includes(actual);
    case 'StringNotEquals':
      return !expected.includes(actual);
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals': // ArnEquals and ArnLike behave alike: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
      return expected.some((pattern) => like(pattern, actual));
    default:
      throw new Error(`the condition operator ${operator} is not supported by the local account`);
  }
}

function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
