import { asList, asNumber, asObject, asString, type JsonObject, optional, scalarOf, show } from '../aws/json';

/** The parameters of a template, and the values that the account gives them. */
export class Parameters {
  /** @throws if a value is for no parameter, or not one that its parameter allows */
  constructor(
    readonly declared: JsonObject,
    readonly given: Readonly<Record<string, string>>,
  ) {
    const unknown = Object.keys(given).filter((name) => !this.has(name));
    if (unknown.length > 0) {
      const names = Object.keys(declared).join(', ') || 'none';
      throw new Error(`the template has no parameter ${unknown.join(', ')}; expected one of: ${names}`);
    }
    for (const [name, declaration] of Object.entries(declared)) {
      const parameter = asObject(declaration, `$.Parameters.${name}`);
      const value = given[name] ?? parameter.Default;
      if (value !== undefined) checkConstraints(name, scalarOf(value, name), parameter);
    }
  }

  has(name: string): boolean {
    return name in this.declared;
  }

  /** @throws if it has neither a value nor a usable default */
  value(name: string, path: string): string | readonly string[] {
    const at = `$.Parameters.${name}`;
    const parameter = asObject(this.declared[name], at);
    const type = asString(parameter.Type, `${at}.Type`);
    const value = this.given[name] ?? parameter.Default;
    if (value === undefined) throw new Error(`${path}: the parameter ${name} has no default; give it a value`);
    // The default of an SSM parameter is the name to look up, and this account has no Parameter Store.
    if (type.startsWith('AWS::SSM::') && !(name in this.given))
      throw new Error(`${path}: the parameter ${name} is read from SSM (${type}); give it a value`);
    const text = scalarOf(value, path);
    return isList(type) ? text.split(',').map((item) => item.trim()) : text;
  }
}

const isList = (type: string): boolean => type === 'CommaDelimitedList' || type.startsWith('List<');

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
function checkConstraints(name: string, value: string, parameter: JsonObject): void {
  const at = `$.Parameters.${name}`;
  const type = asString(parameter.Type, `${at}.Type`);
  const number = (constraint: string) => optional(parameter[constraint], `${at}.${constraint}`, asNumber);
  const pattern = optional(parameter.AllowedPattern, `${at}.AllowedPattern`, asString);
  const allowed = optional(parameter.AllowedValues, `${at}.AllowedValues`, asList)?.map(String);
  const description = optional(parameter.ConstraintDescription, `${at}.ConstraintDescription`, asString);
  for (const item of isList(type) ? value.split(',') : [value]) {
    const isAllowed =
      (type !== 'Number' || (item.trim() !== '' && isWithin(Number(item), number('MinValue'), number('MaxValue')))) &&
      (type === 'Number' || isWithin(item.length, number('MinLength'), number('MaxLength'))) &&
      (pattern === undefined || new RegExp(`^(?:${pattern})$`).test(item)) &&
      (allowed === undefined || allowed.includes(item));
    if (!isAllowed)
      throw new Error(`parameter ${name} is ${show(value)}; ${description ?? `expected ${expected(parameter)}`}`);
  }
}

const isWithin = (value: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean =>
  value >= least && value <= most;

const CONSTRAINTS = ['AllowedValues', 'AllowedPattern', 'MinValue', 'MaxValue', 'MinLength', 'MaxLength'] as const;

const expected = (parameter: JsonObject): string =>
  CONSTRAINTS.flatMap((name) => (name in parameter ? [`${name} ${JSON.stringify(parameter[name])}`] : [])).join(', ') ||
  String(parameter.Type);
