import { CHOICES, type Json } from './choices';
import { ALL_ON, fieldOf, type Variants, Weaver } from './weave';

type JsonObject = { readonly [key: string]: Json };

/** The resources or the outputs. Each may have a condition of its own, and functions of CloudFormation only further inside. */
export class Section {
  readonly #weaver = new Weaver(CHOICES);
  readonly #variants: Variants;

  /** @param conditions receives those that are several choices together */
  constructor(
    variants: Variants,
    name: 'Resources' | 'Outputs',
    readonly conditions: Record<string, Json>,
  ) {
    this.#variants = (off) => fieldOf(variants(off), name);
  }

  build(): JsonObject {
    const ids = Object.keys(this.#variants(ALL_ON) as JsonObject);
    return Object.fromEntries(ids.map((id) => [id, this.#entry(id)]));
  }

  #entry(id: string): Json {
    const entry: Variants = (off) => fieldOf(this.#variants(off), id);
    const required = this.#weaver.required(entry);
    const open = CHOICES.filter((choice) => !required.includes(choice));
    const { Type, DependsOn, ...others } = entry(ALL_ON) as JsonObject;
    const always = dependenciesOf(entry(ALL_ON)).filter((dependency) =>
      open.every(({ name }) => dependenciesOf(entry(new Set([name]))).includes(dependency)),
    );
    // `DependsOn` can't name a resource that may be absent, but a reference in the metadata has the same effect:
    // https://cloudonaut.io/optional-dependson-with-cloudformation-metadata-to-the-rescue/
    const sometimes = dependenciesOf(entry(ALL_ON)).filter((dependency) => !always.includes(dependency));
    const reference = (Ref: string) =>
      this.#weaver.weave((off) => (dependenciesOf(entry(off)).includes(Ref) ? { Ref } : ''), open);
    const woven = (key: string) => this.#weaver.weave((off) => fieldOf(entry(off), key), open);
    return {
      ...(Type !== undefined && { Type }),
      ...this.#condition(required.map(({ name }) => name)),
      ...(always.length > 0 && { DependsOn: always }),
      ...(sometimes.length > 0 && { Metadata: { DependsOn: sometimes.map(reference) } }),
      ...Object.fromEntries(Object.keys(others).map((key) => [key, woven(key)])),
    };
  }

  #condition(names: readonly string[]): JsonObject {
    if (names.length === 0) return {};
    const Condition = names.join('And');
    if (names.length > 1) this.conditions[Condition] = { 'Fn::And': names.map((name) => ({ Condition: name })) };
    return { Condition };
  }
}

/** Those that the properties don't imply. */
function dependenciesOf(resource: Json | undefined): readonly string[] {
  const dependencies = fieldOf(resource, 'DependsOn');
  const properties = JSON.stringify(fieldOf(resource, 'Properties') ?? {});
  return (Array.isArray(dependencies) ? dependencies : [])
    .map(String)
    .filter((id) => !properties.includes(`{"Fn::GetAtt":["${id}",`));
}
