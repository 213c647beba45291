import { AwsError } from '../../aws/error';
import { invalidParameter } from '../errors';

export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

const wrongType = (name: string, expected: string) =>
  new AwsError('SerializationException', `'${name}' must be ${expected}`);

function checkLength(name: string, value: string | readonly unknown[], { min = 0, max = Infinity }: Limits): void {
  if (value.length < min) {
    throw invalidParameter(name, `Member must have length greater than or equal to ${min}`);
  }
  if (value.length > max) throw invalidParameter(name, `Member must have length less than or equal to ${max}`);
}

/** The input of one operation, read with the limits of the service model. Every reader throws the exception that AWS answers. */
export class Input {
  constructor(
    readonly fields: Readonly<Record<string, unknown>>,
    readonly path = '',
  ) {}

  string(name: string, limits: Limits = {}): string {
    return this.#required(name, this.optionalString(name, limits));
  }

  optionalString(name: string, limits: Limits = {}): string | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(this.path + name, 'a string');
    checkLength(this.path + name, value, limits);
    return value;
  }

  oneOf<const T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const given = this.optionalString(name);
    if (given === undefined) return otherwise;
    const value = values.find((candidate) => candidate === given);
    if (value === undefined) {
      throw invalidParameter(this.path + name, `Member must satisfy enum value set: [${values.join(', ')}]`);
    }
    return value;
  }

  integer(name: string, limits: Limits = {}): number {
    return this.#required(name, this.optionalInteger(name, limits));
  }

  optionalInteger(name: string, { min = -Infinity, max = Infinity }: Limits = {}): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(this.path + name, 'an integer');
    if (value < min) throw invalidParameter(this.path + name, `Member must have value greater than or equal to ${min}`);
    if (value > max) throw invalidParameter(this.path + name, `Member must have value less than or equal to ${max}`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.#get(name) ?? false;
    if (typeof value !== 'boolean') throw wrongType(this.path + name, 'a boolean');
    return value;
  }

  optionalStrings(name: string, limits: Limits = {}): readonly string[] | undefined {
    return this.#list(name, limits)?.map((value) => {
      if (typeof value !== 'string') throw wrongType(this.path + name, 'a list of strings');
      return value;
    });
  }

  strings(name: string, limits: Limits = {}): readonly string[] {
    return this.#required(name, this.optionalStrings(name, limits));
  }

  optionalObjects(name: string, limits: Limits = {}): readonly Input[] | undefined {
    return this.#list(name, limits)?.map((value, index) => this.#object(`${name}[${index}]`, value));
  }

  objects(name: string, limits: Limits = {}): readonly Input[] {
    return this.#required(name, this.optionalObjects(name, limits));
  }

  object(name: string): Input {
    const value = this.#get(name);
    return value === undefined ? new Input({}, `${this.path}${name}.`) : this.#object(name, value);
  }

  #get(name: string): unknown {
    return this.fields[name] ?? undefined;
  }

  #required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw invalidParameter(this.path + name, 'Member must not be null');
    return value;
  }

  #list(name: string, limits: Limits): readonly unknown[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw wrongType(this.path + name, 'a list');
    checkLength(this.path + name, value, limits);
    return value;
  }

  #object(name: string, value: unknown): Input {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrongType(this.path + name, 'a structure');
    }
    return new Input(value as Readonly<Record<string, unknown>>, `${this.path}${name}.`);
  }
}
