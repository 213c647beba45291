import { AwsError } from '../../aws/error';
import { isObject, type JsonObject } from '../../aws/json';
import { invalidParameter } from '../errors';

export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** The input of one operation, read within the limits of the service model. Each method throws the exception that AWS answers. */
export class Input {
  constructor(
    readonly fields: JsonObject,
    readonly path = '',
  ) {}

  string(name: string, limits: Limits = {}): string {
    return this.#required(name, this.optionalString(name, limits));
  }

  optionalString(name: string, limits: Limits = {}): string | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw this.#wrongType(name, 'a string');
    this.#checkLength(name, value, limits);
    return value;
  }

  oneOf<const T extends string>(name: string, values: readonly T[], otherwise?: T): T {
    const given = this.optionalString(name);
    if (given === undefined) return this.#required(name, otherwise);
    const value = values.find((candidate) => candidate === given);
    if (value === undefined) throw this.#invalid(name, `Member must satisfy enum value set: [${values.join(', ')}]`);
    return value;
  }

  integer(name: string, limits: Limits = {}): number {
    return this.#required(name, this.optionalInteger(name, limits));
  }

  optionalInteger(name: string, { min = -Infinity, max = Infinity }: Limits = {}): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.#wrongType(name, 'an integer');
    if (value < min) throw this.#invalid(name, `Member must have value greater than or equal to ${min}`);
    if (value > max) throw this.#invalid(name, `Member must have value less than or equal to ${max}`);
    return value;
  }

  strings(name: string, limits: Limits = {}): readonly string[] {
    return this.#required(name, this.optionalStrings(name, limits));
  }

  optionalStrings(name: string, limits: Limits = {}): readonly string[] | undefined {
    return this.#list(name, limits)?.map((value) => {
      if (typeof value !== 'string') throw this.#wrongType(name, 'a list of strings');
      return value;
    });
  }

  objects(name: string, limits: Limits = {}): readonly Input[] {
    return this.#required(name, this.optionalObjects(name, limits));
  }

  optionalObjects(name: string, limits: Limits = {}): readonly Input[] | undefined {
    return this.#list(name, limits)?.map((value, index) => this.#object(`${name}[${index}]`, value));
  }

  /** Empty if it is absent. */
  object(name: string): Input {
    return this.#object(name, this.#get(name) ?? {});
  }

  /** @throws if one of these is there, which `other` excludes */
  refuse(names: readonly string[], other: string): void {
    for (const name of names) if (this.#get(name) !== undefined) throw this.#invalid(name, `Not allowed with ${other}`);
  }

  #get(name: string): unknown {
    return this.fields[name] ?? undefined;
  }

  #required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw this.#invalid(name, 'Member must not be null');
    return value;
  }

  #list(name: string, limits: Limits): readonly unknown[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.#wrongType(name, 'a list');
    this.#checkLength(name, value, limits);
    return value;
  }

  #object(name: string, value: unknown): Input {
    if (!isObject(value)) throw this.#wrongType(name, 'a structure');
    return new Input(value, `${this.path}${name}.`);
  }

  #checkLength(name: string, { length }: string | readonly unknown[], { min = 0, max = Infinity }: Limits): void {
    if (length < min) throw this.#invalid(name, `Member must have length greater than or equal to ${min}`);
    if (length > max) throw this.#invalid(name, `Member must have length less than or equal to ${max}`);
  }

  #invalid(name: string, constraint: string): AwsError {
    return invalidParameter(this.path + name, constraint);
  }

  #wrongType(name: string, expected: string): AwsError {
    return new AwsError('SerializationException', `'${this.path}${name}' must be ${expected}`);
  }
}
