import type { AccountRegion } from '../aws/account-region';
import { asString } from '../aws/json';
import type { Statement } from '../iam/policy';
import { type Assembly, readAssembly } from './assembly';
import { checkAssertions } from './assertions';
import { type CustomResourceView, readCustomResources } from './custom-resources';
import { type FunctionView, readFunctions, readManagedPolicies, readRoleStatements } from './functions';
import { type MappingView, readMappings } from './mappings';
import { type Identity, stackIdOf } from './names';
import { type QueueView, readQueues } from './queues';
import { Resolver } from './resolver';
import { type Resource, readResources } from './resources';
import { type RuleView, readRules } from './rules';

export { type AccessRequest, evaluate, type Statement } from '../iam/policy';
export type { FunctionView, MappingView, QueueView, RuleView };

export interface TemplateOptions extends AccountRegion {
  /** Values of the template's parameters. @default their own defaults */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What custom resources answered. @default nothing */
  readonly provided?: ReadonlyMap<string, Identity>;
}

/** One synthesized stack in one account and Region. Each view is read on first use, so only what is used has to be supported. */
export class Template {
  readonly stackName: string;
  readonly stackId: string;
  readonly resources: readonly Resource[];
  readonly #assembly: Assembly;
  readonly #views = new Map<string, unknown>();

  constructor(assembly: Assembly, { accountId, region, parameters, provided }: TemplateOptions) {
    const { body, stackName } = assembly;
    this.#assembly = assembly;
    this.stackName = stackName;
    this.stackId = stackIdOf({ accountId, region, stackName });
    const resolver = new Resolver(body, { accountId, region, stackName }, parameters, provided);
    checkAssertions(body, resolver);
    this.resources = readResources(body, resolver);
  }

  /** @param path a `cdk.out` directory, or one CloudFormation template file */
  static read(path: string, options: TemplateOptions & { readonly stack?: string }): Template {
    return new Template(readAssembly(path, options.stack), options);
  }

  get rules(): readonly RuleView[] {
    return this.#view('rules', () => readRules(this.resources));
  }

  get queues(): readonly QueueView[] {
    return this.#view('queues', () => readQueues(this.resources));
  }

  get mappings(): readonly MappingView[] {
    return this.#view('mappings', () => readMappings(this.resources));
  }

  get functions(): readonly FunctionView[] {
    return this.#view('functions', () => readFunctions(this.resources, this.#assembly.assetDirectory));
  }

  /** In the order in which CloudFormation creates them. */
  get customResources(): readonly CustomResourceView[] {
    return this.#view('customResources', () => readCustomResources(this.resources, this.#assembly.body));
  }

  /** The buses that exist: `default` and those of the template. */
  get busNames(): readonly string[] {
    const buses = this.resources.filter(({ type }) => type === 'AWS::Events::EventBus');
    return ['default', ...buses.map(({ identity }) => identity.ref)];
  }

  /** The principals whose pulls ECR doesn't record. */
  get pullTimeExclusions(): readonly string[] {
    const exclusions = this.resources.filter(({ type }) => type === 'AWS::ECR::PullTimeUpdateExclusion');
    return exclusions.map((exclusion) => asString(exclusion.get('PrincipalArn'), `${exclusion.path}.PrincipalArn`));
  }

  /** What the function's role may do by the policies of this template. */
  statementsOf(fn: FunctionView): readonly Statement[] {
    return readRoleStatements(this.resources, fn.roleArn);
  }

  managedPoliciesOf(fn: FunctionView): readonly string[] {
    return readManagedPolicies(this.resources, fn.roleArn);
  }

  #view<T>(name: string, read: () => T): T {
    if (!this.#views.has(name)) this.#views.set(name, read());
    return this.#views.get(name) as T;
  }
}
