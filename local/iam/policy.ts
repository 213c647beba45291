import { asObject, asString, asStrings, isObject, type JsonObject, show } from '../aws/json';
import { unsupported } from '../aws/unsupported';

/** One resolved statement of an identity or resource policy. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `Service:events.amazonaws.com`, `AWS:*`, `*`; absent in an identity policy. */
  readonly principals?: readonly string[];
  /** operator → key → values */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly principal?: string;
  /** Condition keys of the request, such as `aws:SourceArn`. */
  readonly context?: Readonly<Record<string, string>>;
}

export type Access = 'allowed' | 'denied' | 'not-allowed';

/** @throws for what this evaluator would get wrong: NotAction, NotResource, NotPrincipal */
export function readStatements(document: unknown, path: string): readonly Statement[] {
  const { Statement: statements } = asObject(document, path);
  return (Array.isArray(statements) ? statements : [statements]).map((item: unknown, index) => {
    const at = `${path}.Statement[${index}]`;
    return readStatement(asObject(item, at), at);
  });
}

/** The policy of a repository doesn't name it. https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html */
export const readRepositoryPolicy = (document: unknown): readonly Statement[] =>
  readStatements(document, 'repository policy').map((statement) => ({ ...statement, resources: ['*'] }));

function readStatement(statement: JsonObject, path: string): Statement {
  for (const key of ['NotAction', 'NotResource', 'NotPrincipal'])
    if (key in statement) throw unsupported(`${path}.${key}`);
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

/** A matching Deny wins, then a matching Allow; otherwise the request is not allowed. */
export function evaluate(statements: readonly Statement[], request: AccessRequest): Access {
  const matching = statements.filter((statement) => applies(statement, request));
  if (matching.some(({ effect }) => effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'not-allowed';
}

function applies(statement: Statement, request: AccessRequest): boolean {
  if (statement.principals && !namesOf(request.principal).some((name) => statement.principals?.includes(name)))
    return false;
  if (!statement.actions.some((action) => like(action.toLowerCase(), request.action.toLowerCase()))) return false;
  if (!statement.resources.some((resource) => like(resource, request.resource))) return false;
  return Object.entries(statement.conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, values, request.context?.[key])),
  );
}

/** By which a policy may name the principal: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function namesOf(principal = ''): readonly string[] {
  const account = /^AWS:arn:aws:iam::(\d{12}):/.exec(principal)?.[1];
  return ['*', 'AWS:*', principal, ...(account ? [`AWS:${account}`, `AWS:arn:aws:iam::${account}:root`] : [])];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function holds(operator: string, expected: readonly string[], actual: string | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
    case 'Bool':
      return actual !== undefined && expected.includes(actual);
    case 'StringNotEquals': // It holds for an absent key, which can't equal a value.
      return actual === undefined || !expected.includes(actual);
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals': // The same as ArnLike.
      return actual !== undefined && expected.some((pattern) => like(pattern, actual));
    case 'StringNotLike':
    case 'ArnNotLike':
    case 'ArnNotEquals':
      return actual === undefined || !expected.some((pattern) => like(pattern, actual));
    default:
      throw unsupported(`the condition operator ${operator}`);
  }
}

function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
