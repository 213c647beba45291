import { asObject, asString, type JsonObject, optional } from '../aws/json';
import { unsupported } from '../aws/unsupported';
import type { Identity } from './names';
import type { Resolver } from './resolver';

/** One resource that exists in the stack: its condition holds. Properties are resolved one by one, when something asks for them. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly path: string;
  readonly identity: Identity;
  /** The resolved property, or nothing. @throws with the intrinsic that can't be resolved, and its JSON path */
  get(property: string): unknown;
  /** All properties, resolved. @throws as `get` does */
  getAll(): JsonObject;
}

export function readResources(body: JsonObject, resolver: Resolver): readonly Resource[] {
  const resources = asObject(body.Resources, '$.Resources');
  return Object.entries(resources).flatMap(([logicalId, value]) => {
    const path = `$.Resources.${logicalId}`;
    const resource = asObject(value, path);
    const condition = optional(resource.Condition, `${path}.Condition`, asString);
    if (condition !== undefined && !resolver.condition(condition)) return [];
    const properties = asObject(resource.Properties ?? {}, `${path}.Properties`);
    return [
      {
        logicalId,
        type: asString(resource.Type, `${path}.Type`),
        path,
        get identity() {
          return resolver.identity(logicalId, path);
        },
        get: (property: string) => resolver.resolve(properties[property], `${path}.Properties.${property}`),
        getAll: () => asObject(resolver.resolve(properties, `${path}.Properties`), path),
      },
    ];
  });
}

/** The ARN of a resource whose type has one. */
export function arnOf(resource: Resource): string {
  const { arn } = resource.identity;
  if (arn === undefined) throw unsupported(`${resource.path}: the ARN of ${resource.type}`);
  return arn;
}

/** @throws for properties that change what AWS does, and that this account would ignore */
export function refuse(resource: Resource, properties: readonly string[]): void {
  for (const property of properties)
    if (resource.get(property)) throw unsupported(`${resource.path}.Properties.${property}`);
}
