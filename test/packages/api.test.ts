import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

interface Docs {
  readonly summary?: string;
  readonly default?: string;
}
interface Type {
  readonly fqn?: string;
  readonly primitive?: string;
  readonly union?: object;
}
interface Property {
  readonly name: string;
  readonly docs?: Docs;
  readonly type: Type;
  readonly optional?: boolean;
  readonly immutable?: boolean;
}
interface Method {
  readonly name: string;
  readonly docs?: Docs;
  readonly returns?: { readonly type: Type };
  readonly parameters?: readonly Property[];
}
interface Definition {
  readonly name: string;
  readonly kind: 'class' | 'enum' | 'interface';
  readonly datatype?: boolean;
  readonly docs?: Docs;
  readonly base?: string;
  readonly initializer?: Method;
  readonly properties?: readonly Property[];
  readonly methods?: readonly Method[];
  readonly members?: readonly Property[];
}

/** What jsii says of the public API. */
const types = Object.values<Definition>(JSON.parse(readFileSync(join(root, '.jsii'), 'utf8')).types);
const membersOf = ({ name, properties = [], methods = [], members = [] }: Definition) =>
  [...properties, ...methods, ...members].map((member) => ({ ...member, path: `${name}.${member.name}` }));
const members = types.flatMap(membersOf);
const structs = types.filter(({ datatype }) => datatype);
const props = structs.flatMap((struct) =>
  (struct.properties ?? []).map((prop) => ({ ...prop, path: `${struct.name}.${prop.name}` })),
);
const paths = (found: readonly { readonly path: string }[]) => found.map(({ path }) => path);

/** https://github.com/aws/aws-cdk/blob/main/docs/DESIGN_GUIDELINES.md */
describe("the public API follows the CDK's design guidelines", () => {
  test('every type and member has a summary', () => {
    expect(types.filter(({ docs }) => !docs?.summary).map(({ name }) => name)).toEqual([]);
    expect(paths(members.filter(({ docs, name }) => !docs?.summary && name !== 'toString'))).toEqual([]);
  });

  test('every prop is readonly; an optional one documents its default, as a literal or after a dash', () => {
    expect(props.length).toBeGreaterThan(30);
    expect(paths(props.filter(({ immutable }) => !immutable))).toEqual([]);
    const literal = /^(?:-? ?\d[\d.]*|true|false|'[^']*'|\[.*\]|[A-Z]\w*\.\w+(?:\(.*\))?|lambda\.\w+\.\w+)$/;
    const isDocumented = (text = '') => literal.test(text) || (text.startsWith('- ') && !/none|undefined/i.test(text));
    expect(paths(props.filter(({ optional, docs }) => optional && !isDocumented(docs?.default)))).toEqual([]);
  });

  test('every property of a class is readonly', () => {
    const properties = types.flatMap(({ name, properties = [] }) =>
      properties.map((one) => ({ ...one, path: `${name}.${one.name}` })),
    );
    expect(paths(properties.filter(({ immutable }) => !immutable))).toEqual([]);
  });

  test('no type is a union or any: not every language has them', () => {
    const typesOf = ({ type, returns, parameters = [] }: Partial<Property & Method>) =>
      [type, returns?.type, ...parameters.map((one) => one.type)].flatMap((one) => one ?? []);
    const isLoose = (one: Type) => one.union !== undefined || one.primitive === 'any' || one.primitive === 'json';
    expect(paths(members.filter((member) => typesOf(member).some(isLoose)))).toEqual([]);
  });

  test('a construct takes scope, id and props, which are optional if each of them is', () => {
    const constructs = types.filter(({ base }) => base === 'constructs.Construct' || base === 'aws-cdk-lib.Stack');
    expect(constructs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['OciImageRemediation', 'OciImageRemediationStack']),
    );
    for (const { name, initializer } of constructs) {
      const [scope, id, last] = initializer?.parameters ?? [];
      const struct = types.find((type) => type.name === `${name}Props`);
      const isOptional = struct?.properties?.every(({ optional }) => optional) ?? false;
      expect([name, scope?.name, id?.name, last?.name, last?.optional ?? false]).toEqual([
        name,
        'scope',
        'id',
        'props',
        isOptional,
      ]);
    }
  });

  test('grantXxx returns the grant, and metricXxx the metric', () => {
    const returned = (prefix: RegExp) =>
      types
        .flatMap(({ methods = [] }) => methods)
        .filter(({ name }) => prefix.test(name))
        .map(({ returns }) => returns?.type.fqn);
    expect(new Set(returned(/^grant[A-Z]/))).toEqual(new Set(['aws-cdk-lib.aws_iam.Grant']));
    expect(new Set(returned(/^metric/))).toEqual(new Set(['aws-cdk-lib.aws_cloudwatch.Metric']));
  });
});

test('API.md is what jsii-docgen writes: `npm run api` renews it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'api-'));
  const file = join(directory, 'API.md');
  execFileSync(join(root, 'node_modules/.bin/jsii-docgen'), ['--output', file], { cwd: root });
  const fresh = readFileSync(file, 'utf8');
  rmSync(directory, { recursive: true });
  expect(readFileSync(join(root, 'API.md'), 'utf8') === fresh).toBe(true);
});
