import { asObject, asString, type JsonObject, scalarOf } from '../aws/json';

/** The parameters of a template, and the values that the account gives them. */
export class Parameters {
  constructor(
    readonly declared: JsonObject,
    readonly given: Readonly<Record<string, string>>,
  ) {}

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
    return type === 'CommaDelimitedList' || type.startsWith('List<')
      ? text.split(',').map((item) => item.trim())
      : text;
  }
}
