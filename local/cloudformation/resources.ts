import { asObject, asString, isObject, type JsonObject, optional } from '../aws/json';
import type { Identity } from './names';
import type { Resolver } from './resolver';

/** One resource that exists in the stack (its condition holds); properties are resolved one by one, when asked for. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly path: string;
  /** `aws:cdk:path`, when the template carries it: the names a person gave the constructs. */
  readonly constructPath?: string;
  readonly identity: Identity;
  /** The resolved property, or nothing. @throws naming the intrinsic that cannot be resolved, and its JSON path */
  get(property: string): unknown;
}

export function readResources(body: JsonObject, resolver: Resolver): readonly Resource[] {
  const resources = asObject(body.Resources, '$.Resources');
  return Object.entries(resources).flatMap(([logicalId, value]) => {
    const path = `$.Resources.${logicalId}`;
    const resource = asObject(value, path);
    const condition = optional(resource.Condition, `${path}.Condition`, asString);
    if (condition !== undefined && !resolver.condition(condition)) return [];
    const properties = asObject(resource.Properties ?? {}, `${path}.Properties`);
    const metadata = isObject(resource.Metadata) ? resource.Metadata : {};
    return [
      {
        logicalId,
        type: asString(resource.Type, `${path}.Type`),
        path,
        ...(typeof metadata['aws:cdk:path'] === 'string' ? { constructPath: metadata['aws:cdk:path'] } : {}),
        get identity() {
          return resolver.identity(logicalId, path);
        },
        get: (property: string) => resolver.resolve(properties[property], `${path}.Properties.${property}`),
      },
    ];
  });
}

/** The ARN of a resource whose type has one. */
export function arnOf(resource: Resource): string {
  const { arn } = resource.identity;
  if (arn === undefined) throw new Error(`${resource.path}: ${resource.type} has no ARN in the local account`);
  return arn;
}
