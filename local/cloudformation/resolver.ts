import {
  asBoolean,
  asList,
  asNumber,
  asObject,
  asString,
  isObject,
  type JsonObject,
  scalarOf,
  show,
} from '../aws/json';
import { unsupported } from '../aws/unsupported';
import { type Identity, identify, isCustom, pseudoParameters, type Stack } from './names';
import { Parameters } from './parameters';

const ABSENT = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, path: string) => unknown;

/** Evaluates the intrinsic functions of one template: lazily, value by value, so only what the account uses has to be supported. */
export class Resolver {
  readonly #parameters: Parameters;
  readonly #conditions: JsonObject;
  readonly #resources: JsonObject;
  readonly #identities = new Map<string, Identity>();
  readonly #intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (argument, path) => this.#ref(asString(argument, path), path),
    Condition: (argument, path) => this.condition(asString(argument, path)),
    'Fn::GetAtt': (argument, path) => this.#getAtt(argument, path),
    'Fn::Sub': (argument, path) => this.#sub(argument, path),
    'Fn::Join': (argument, path) => {
      const [separator, parts] = this.#arguments(argument, 2, path);
      const list = asList(parts, path);
      return list.map((part, index) => scalarOf(part, `${path}[1][${index}]`)).join(asString(separator, path));
    },
    'Fn::Select': (argument, path) => {
      const [index, values] = this.#arguments(argument, 2, path);
      const list = asList(values, path);
      const value = list[asNumber(index, path)];
      if (value === undefined) throw new Error(`${path}: no element ${show(index)} in a list of ${list.length}`);
      return value;
    },
    'Fn::Split': (argument, path) => {
      const [separator, text] = this.#arguments(argument, 2, path);
      return asString(text, path).split(asString(separator, path));
    },
    'Fn::If': (argument, path) => {
      const [condition, yes, no] = asList(argument, path);
      return this.#evaluate(this.condition(asString(condition, path)) ? yes : no, path);
    },
    'Fn::Equals': (argument, path) => {
      const [left, right] = this.#arguments(argument, 2, path);
      return scalarOf(left, path) === scalarOf(right, path);
    },
    'Fn::Not': (argument, path) => !asBoolean(this.#arguments(argument, 1, path)[0], path),
    'Fn::And': (argument, path) => this.#list(argument, path).every((value) => asBoolean(value, path)),
    'Fn::Or': (argument, path) => this.#list(argument, path).some((value) => asBoolean(value, path)),
  };

  constructor(
    body: JsonObject,
    readonly stack: Stack,
    given: Readonly<Record<string, string>> = {},
    /** What custom resources answered. It grows while the stack is deployed. */
    readonly provided: ReadonlyMap<string, Identity> = new Map(),
  ) {
    this.#parameters = new Parameters(asObject(body.Parameters ?? {}, '$.Parameters'), given);
    this.#conditions = asObject(body.Conditions ?? {}, '$.Conditions');
    this.#resources = asObject(body.Resources ?? {}, '$.Resources');
  }

  /** The value with every intrinsic replaced; nothing for `AWS::NoValue`. @throws with the intrinsic and its JSON path */
  resolve(value: unknown, path: string): unknown {
    const resolved = this.#evaluate(value, path);
    return resolved === ABSENT ? undefined : resolved;
  }

  condition(name: string): boolean {
    const path = `$.Conditions.${name}`;
    if (!(name in this.#conditions)) throw new Error(`${path}: no such condition`);
    return asBoolean(this.resolve(this.#conditions[name], path), path);
  }

  /** The names of a resource. @throws for an unknown type */
  identity(logicalId: string, path: string): Identity {
    const known = this.#identities.get(logicalId);
    if (known) return known;
    const at = `$.Resources.${logicalId}`;
    if (!(logicalId in this.#resources)) throw new Error(`${path}: no resource or parameter ${show(logicalId)}`);
    const resource = asObject(this.#resources[logicalId], at);
    const properties = asObject(resource.Properties ?? {}, `${at}.Properties`);
    const type = asString(resource.Type, `${at}.Type`);
    if (isCustom(type)) return this.#providedBy(logicalId, path);
    const identity = identify(type, logicalId, this.stack, (key) =>
      this.resolve(properties[key], `${at}.Properties.${key}`),
    );
    if (!identity) throw unsupported(`${path}: a reference to ${logicalId}, an ${type}`);
    this.#identities.set(logicalId, identity);
    return identity;
  }

  #providedBy(logicalId: string, path: string): Identity {
    const identity = this.provided.get(logicalId);
    if (identity) return identity;
    throw new Error(`${path}: the custom resource ${logicalId} is not deployed; call deploy() first`);
  }

  #evaluate(value: unknown, path: string): unknown {
    if (Array.isArray(value)) return this.#list(value, path);
    if (!isObject(value)) return value;
    const keys = Object.keys(value);
    const [key] = keys;
    if (key !== undefined && keys.length === 1 && isIntrinsic(key, value[key])) {
      const intrinsic = this.#intrinsics[key];
      if (!intrinsic) throw unsupported(`${path}: the intrinsic function ${key}`);
      return intrinsic(value[key], `${path}.${key}`);
    }
    const entries = keys.map((name) => [name, this.#evaluate(value[name], `${path}.${name}`)] as const);
    return Object.fromEntries(entries.filter(([, entry]) => entry !== ABSENT));
  }

  #list(value: unknown, path: string): readonly unknown[] {
    const list = asList(value, path);
    return list.map((item, index) => this.#evaluate(item, `${path}[${index}]`)).filter((item) => item !== ABSENT);
  }

  #arguments(value: unknown, count: number, path: string): readonly unknown[] {
    const resolved = this.#list(value, path);
    if (resolved.length !== count) throw new Error(`${path}: expected ${count} arguments, got ${resolved.length}`);
    return resolved;
  }

  #ref(name: string, path: string): unknown {
    if (name === 'AWS::NoValue') return ABSENT;
    const pseudo = pseudoParameters(this.stack);
    if (name in pseudo) return pseudo[name];
    if (this.#parameters.has(name)) return this.#parameters.value(name, path);
    if (name.startsWith('AWS::')) throw unsupported(`${path}: the pseudo parameter ${name}`);
    return this.identity(name, path).ref;
  }

  #getAtt(argument: unknown, path: string): string {
    const [logicalId, ...rest] = typeof argument === 'string' ? argument.split('.') : this.#list(argument, path);
    const attribute = rest.join('.');
    const value = this.identity(asString(logicalId, path), path).attributes[attribute];
    if (value === undefined) throw unsupported(`${path}: the attribute ${attribute} of ${logicalId}`);
    return value;
  }

  #sub(argument: unknown, path: string): string {
    const [text, variables] = typeof argument === 'string' ? [argument, {}] : asList(argument, path);
    const given = asObject(variables ?? {}, path);
    return asString(text, path).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in given) return scalarOf(this.resolve(given[name], path), path);
      return scalarOf(name.includes('.') ? this.#getAtt(name, path) : this.#ref(name, path), path);
    });
  }
}

function isIntrinsic(key: string, argument: unknown): boolean {
  // `Condition` is an intrinsic only as `{Condition: "Name"}`; an IAM statement's Condition is an object.
  return key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');
}
