import { asNumber, asObject, asString, asStrings, isObject, type JsonObject } from '../aws/json';
import { isCustom } from './names';
import type { Resource } from './resources';

export interface CustomResourceView {
  readonly logicalId: string;
  readonly type: string;
  /** How long CloudFormation waits for an answer. */
  readonly timeoutSeconds: number;
  readonly isRetainedWhenDeleted: boolean;
  readonly isRetainedWhenReplaced: boolean;
  /** As the function gets them. What they refer to must exist. */
  properties(): JsonObject;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html */
const DEFAULT_TIMEOUT_SECONDS = 3_600;

/** Each after those that it depends on, be it by way of other resources. */
export function readCustomResources(resources: readonly Resource[], body: JsonObject): readonly CustomResourceView[] {
  const declared = asObject(body.Resources, '$.Resources');
  const byId = new Map(resources.filter(({ type }) => isCustom(type)).map((one) => [one.logicalId, one]));
  return inOrder(declared).flatMap((logicalId) => {
    const resource = byId.get(logicalId);
    return resource ? [readCustomResource(resource, asObject(declared[logicalId], resource.path))] : [];
  });
}

function readCustomResource(resource: Resource, declared: JsonObject): CustomResourceView {
  const { logicalId, type, path } = resource;
  const timeout = resource.get('ServiceTimeout');
  return {
    logicalId,
    type,
    timeoutSeconds:
      timeout === undefined ? DEFAULT_TIMEOUT_SECONDS : asNumber(Number(timeout), `${path}.ServiceTimeout`),
    isRetainedWhenDeleted: declared.DeletionPolicy === 'Retain',
    isRetainedWhenReplaced: declared.UpdateReplacePolicy === 'Retain',
    properties: () => asObject(asText(resource.getAll()), path),
  };
}

/** CloudFormation sends numbers and booleans as text. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asText(entry)]));
  return String(value);
}

function inOrder(declared: JsonObject): readonly string[] {
  const ordered = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    if (ordered.has(logicalId) || !(logicalId in declared)) return;
    if (path.includes(logicalId)) throw new Error(`circular dependency: ${[...path, logicalId].join(' -> ')}`);
    for (const needed of dependenciesOf(declared[logicalId])) visit(needed, [...path, logicalId]);
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(declared)) visit(logicalId, []);
  return [...ordered];
}

function dependenciesOf(resource: unknown): readonly string[] {
  const { Properties, DependsOn } = asObject(resource, '$.Resources');
  return [...(DependsOn === undefined ? [] : asStrings(DependsOn, 'DependsOn')), ...referencesIn(Properties)];
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    const [first] = Array.isArray(argument) ? argument : [argument];
    if (key === 'Ref') return [asString(argument, key)];
    if (key === 'Fn::GetAtt') return [asString(first, key).replace(/\..*$/, '')];
    const named =
      key === 'Fn::Sub' ? [...asString(first, key).matchAll(/\$\{([^!}.]+)/g)].map(([, name]) => `${name}`) : [];
    return [...named, ...referencesIn(argument)];
  });
}
