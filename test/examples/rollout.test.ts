import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { parse } from 'yaml';
import {
  AUDIT_FINISHED_DETAIL_TYPE,
  EVENT_SOURCE,
  METRIC_NAMESPACE,
  OUTCOME_DETAIL_TYPE,
} from '../../lambda/core/contract';
import { LOCAL_ACCOUNT } from '../../local/aws/account-region';
import { asObject, type JsonObject } from '../../local/aws/json';
import { evaluate, Template } from '../../local/cloudformation';
import { Parameters } from '../../local/cloudformation/parameters';
import { Resolver } from '../../local/cloudformation/resolver';
import { parseTemplate } from '../../local/cloudformation/yaml';
import { compilePattern } from '../../local/eventbridge/pattern';
import { readStatements } from '../../local/iam/policy';
import { buildTemplate } from '../../scripts/template/template';
import { toYaml } from '../../scripts/template/yaml';

const root = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const example = (file: string) => read(`examples/rollout/${file}`);
const templateIn = (file: string) => parseTemplate(example(file), file);

const yaml = toYaml(buildTemplate());
const body = parseTemplate(yaml, 'template.yaml');
const section = (name: string) => asObject(body[name], name);
const deployed = (parameters: Readonly<Record<string, string>>, template: JsonObject = body) =>
  new Template(
    { stackName: 'S', body: template, assetDirectory: () => '' },
    { ...LOCAL_ACCOUNT, region: 'eu-north-1', parameters },
  );

const capturesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, one]) => `${one}`);
const between = (text: string, pattern: RegExp): string => {
  const [, inside] = pattern.exec(text) ?? [];
  if (inside === undefined) throw new Error(`nothing in the file matches ${pattern}`);
  return inside;
};

/** The configuration of Landing Zone Accelerator. */
const [landingZoneStack, ...otherStacks] = parse(example('landing-zone-accelerator/customizations-config.yaml'))
  .customizations.cloudFormationStacks;

const terraform = example('terraform/main.tf');
const catalogRules = JSON.parse(
  String(
    asObject(
      asObject(
        asObject(templateIn('service-catalog/portfolio.template.yaml').Resources, 'Resources').Choices,
        'Choices',
      ).Properties,
      'Properties',
    ).Rules,
  ),
);

/** What each way gives the template as values of its parameters. */
const WAYS: readonly [string, readonly (readonly [string, string])[]][] = [
  [
    'stack sets',
    JSON.parse(example('stack-sets/parameters.json')).map((one: Record<string, string>) => {
      expect(Object.keys(one)).toEqual(['ParameterKey', 'ParameterValue']);
      return [one.ParameterKey, one.ParameterValue];
    }),
  ],
  [
    'Landing Zone Accelerator',
    landingZoneStack.parameters.map(({ name, value }: { name: string; value: string }) => [name, value]),
  ],
  [
    'Terraform',
    [...between(terraform, / parameters = \{\n([^}]*)\}/).matchAll(/^ +(\w+) += "(.*)"$/gm)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  ],
];

test.each(WAYS)('what %s gives the template are values of its parameters that it allows', (_, values) => {
  const given = Object.fromEntries(values);
  expect(values.length).toBeGreaterThan(3);
  expect(Object.keys(given)).toHaveLength(values.length);
  expect(() => new Parameters(section('Parameters'), given)).not.toThrow();
  expect(deployed(given).functions.length).toBeGreaterThan(0);
});

test('a parameter that the template does not have, and a value that it does not allow, are noticed', () => {
  const check = (given: Record<string, string>) => () => new Parameters(section('Parameters'), given);
  expect(check({ Repository: '*' })).toThrow('no parameter Repository');
  expect(check({ LogRetentionDays: '100' })).toThrow('LogRetentionDays');
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html#using-iam-capabilities */
function capabilitiesFor(template: JsonObject): string[] {
  expect(template.Transform).toBeUndefined();
  const resources = Object.values(asObject(template.Resources, 'Resources')).map((one) => asObject(one, 'resource'));
  const iam = resources.filter(({ Type }) => String(Type).startsWith('AWS::IAM::'));
  const isNamed = iam.some(({ Properties }) =>
    Object.keys(asObject(Properties, 'Properties')).some((key) =>
      /^(Role|ManagedPolicy|User|Group|InstanceProfile)Name$/.test(key),
    ),
  );
  return iam.length === 0 ? [] : [isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}

test('every way acknowledges the capability that its template needs, and no more', () => {
  expect(capturesIn(between(terraform, /capabilities = \[(.*)\]/), /"(\w+)"/g)).toEqual(capabilitiesFor(body));
  const pages = `${read('docs/rollout.md')}${read('docs/cloudformation.md')}`;
  const commands = capturesIn(pages, /^(aws cloudformation (?:.*\\\n)*.*)$/gm).flatMap((command) => {
    const [file] = capturesIn(command, /--template-(?:file|url) (\S+)/g);
    if (file === undefined) return [];
    const template = file.startsWith('examples/') ? parseTemplate(read(file), file) : body;
    return [{ command, given: capturesIn(command, /--capabilities (\w+)/g), needed: capabilitiesFor(template) }];
  });
  expect(new Set(commands.map(({ needed }) => needed.join()))).toEqual(
    new Set(['', 'CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM']),
  );
  expect(commands.filter(({ given, needed }) => given.join() !== needed.join())).toEqual([]);
});

const inOrder = <T extends { readonly logicalId: string }>(all: readonly T[]) =>
  all.toSorted((one, other) => one.logicalId.localeCompare(other.logicalId));

const viewOf = (template: Template) => ({
  resources: template.resources.map(({ logicalId, type }) => `${logicalId} ${type}`).sort(),
  functions: template.functions.map((fn) => [fn, template.statementsOf(fn)]),
  rules: inOrder(template.rules),
  queues: template.queues,
  mappings: template.mappings,
  pullTimeExclusions: template.pullTimeExclusions,
});

describe('Landing Zone Accelerator', () => {
  const parameters = Object.fromEntries(WAYS[1]?.[1] ?? []);

  test('the stack has the fields that it requires', () => {
    expect(otherStacks).toEqual([]);
    const { deploymentTargets, ...stack } = landingZoneStack;
    // https://awslabs.github.io/landing-zone-accelerator-on-aws/latest/typedocs/interfaces/packages__aws-accelerator_config_lib_models_customizations-config.ICloudFormationStack.html
    expect(stack).toEqual({
      name: expect.stringMatching(/^\S+$/),
      description: expect.any(String),
      template: expect.stringMatching(/\.yaml$/),
      runOrder: expect.any(Number),
      regions: ['eu-north-1'],
      terminationProtection: true,
      parameters: expect.any(Array),
    });
    expect(Object.keys(deploymentTargets)).toEqual(['organizationalUnits', 'accounts', 'excludedAccounts']);
    expect(Object.values(parameters).filter((value) => typeof value !== 'string')).toEqual([]);
  });

  // It includes the template in a CDK stack, and replaces the parameters by their values.
  // https://github.com/awslabs/landing-zone-accelerator-on-aws/blob/main/source/packages/%40aws-accelerator/accelerator/lib/stacks/custom-stack.ts
  test('the template that it deploys makes the same as ours', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-'));
    try {
      const file = join(folder, 'ecr-oci-remediation.template.yaml');
      writeFileSync(file, yaml);
      const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir: folder });
      new CfnInclude(new Stack(app, 'S'), 'Included', { templateFile: file, parameters });
      const included = app.synth().getStackByName('S').template;
      expect(Buffer.byteLength(JSON.stringify(included, undefined, 1))).toBeLessThan(1_000_000);
      const [ours, theirs] = [deployed(parameters), deployed({}, included)];
      expect(viewOf(theirs)).toEqual(viewOf(ours));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('Terraform reads outputs that the template has', () => {
  const read = capturesIn(terraform, /\.outputs\["(\w+)"\]/g);
  expect(read.length).toBeGreaterThan(2);
  expect(read.filter((name) => !(name in section('Outputs')))).toEqual([]);
});

test('what the portfolio of Service Catalog restricts are parameters, and values that they allow', () => {
  const assertions: { Assert: Record<string, unknown[]> }[] = catalogRules.Harmless.Assertions;
  const choices = assertions.flatMap(({ Assert }) => {
    const [operands = []] = Object.values(Assert);
    const { Ref } = operands.find(
      (one): one is { Ref: string } => typeof one === 'object' && one !== null && 'Ref' in one,
    ) ?? { Ref: '' };
    return operands
      .flat()
      .filter((one) => typeof one === 'string')
      .map((value) => [Ref, value] as const);
  });
  expect(choices).toHaveLength(4);
  for (const [name, value] of choices)
    expect(() => new Parameters(section('Parameters'), { [name]: value })).not.toThrow();
});

test('the launch role of Service Catalog needs the services of which the template has resources', () => {
  const services = Object.values(section('Resources')).map(
    (one) => String(asObject(one, 'resource').Type).split('::')[1]?.toLowerCase() ?? '',
  );
  const listed = capturesIn(between(read('docs/rollout.md'), /^(It also needs the actions of [^.]*\.)/ms), /`(\w+)`/g);
  expect(listed.sort()).toEqual([...new Set(services)].sort());
});

describe('the central account', () => {
  const resources = asObject(templateIn('central/monitoring.template.yaml').Resources, 'Resources');
  const propertiesOf = (name: string) => asObject(asObject(resources[name], name).Properties, name);

  test('its bus takes what the service publishes to a bus, and its rule notifies of refused images alone', () => {
    const { Statement } = propertiesOf('OutcomesPolicy');
    expect(asObject(Statement, 'Statement').Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': { Ref: 'OrganizationId' }, 'events:source': EVENT_SOURCE },
      'ForAllValues:StringEquals': { 'events:detail-type': [OUTCOME_DETAIL_TYPE, AUDIT_FINISHED_DETAIL_TYPE] },
    });
    const pattern = compilePattern(propertiesOf('Refused').EventPattern);
    const event = (outcome: string, type: string = OUTCOME_DETAIL_TYPE) => ({
      source: EVENT_SOURCE,
      'detail-type': type,
      detail: { outcome },
    });
    const events = [event('refused'), event('converted'), event('refused', AUDIT_FINISHED_DETAIL_TYPE)];
    expect(events.map((one) => pattern.matches(one))).toEqual([true, false, false]);
  });

  test('the accounts are given the bus, the topic and the boundary that are there', () => {
    const boundary = asObject(templateIn('central/boundary.template.yaml').Outputs, 'Outputs');
    const arn = (service: string, name: unknown) => `arn:aws:${service}:eu-north-1:111122223333:${name}`;
    const expected = {
      EventBusArn: arn('events', `event-bus/${propertiesOf('Outcomes').Name}`),
      AlarmTopicArn: arn('sns', propertiesOf('Alarms').TopicName),
      PermissionsBoundaryName: asObject(boundary.Name, 'Name').Value,
    };
    const given = WAYS.flatMap(([, values]) => values).filter(([name]) => name in expected);
    expect(new Set(given.map(([name]) => name))).toEqual(new Set(Object.keys(expected)));
    for (const [name, value] of given) expect(value).toBe(expected[name as keyof typeof expected]);
  });

  test('the link shares the metrics of the service', () => {
    expect(example('central/link.template.yaml')).toContain(`'${METRIC_NAMESPACE}'`);
  });
});

test('the permissions boundary allows what the roles may do with every option, and no other action; docs/permissions-and-cost.md has them all', () => {
  const document = asObject(
    asObject(asObject(templateIn('central/boundary.template.yaml').Resources, 'Resources').Boundary, 'Boundary')
      .Properties,
    'Properties',
  ).PolicyDocument;
  const resolved = new Resolver({}, { ...LOCAL_ACCOUNT, stackName: 'S' }).resolve(document, 'boundary');
  const boundary = readStatements(resolved, 'boundary');
  const everything = deployed({
    RecompressLayers: 'true',
    DeleteOrphanedCompanions: 'true',
    TraceFunctions: 'true',
    SubnetIds: 'subnet-11111111',
    SecurityGroupIds: 'sg-11111111',
    EncryptionKeyArn: 'arn:aws:kms:eu-north-1:123456789012:key/k',
    SigningProfileName: 'release',
    EventBusArn: 'arn:aws:events:eu-north-1:111122223333:event-bus/ecr-oci-remediation',
  });
  const allowed = everything.functions
    .flatMap((fn) => everything.statementsOf(fn))
    .filter(({ effect }) => effect === 'Allow');
  const requests = allowed.flatMap(({ actions, resources }) =>
    actions.flatMap((action) =>
      resources.map((resource) => ({ action, resource, context: { 'events:source': EVENT_SOURCE } })),
    ),
  );
  expect(requests.filter((request) => evaluate(boundary, request) !== 'allowed')).toEqual([]);
  expect([...new Set(boundary.flatMap(({ actions }) => actions))].sort()).toEqual(
    [...new Set(requests.map(({ action }) => action))].sort(),
  );
  expect(everything.functions.flatMap((fn) => everything.managedPoliciesOf(fn))).toEqual([]);

  // The page has those of a VPC as one and "five more".
  const [, page = ''] = read('docs/permissions-and-cost.md').split(/^## What the role may do$/m);
  const documented = capturesIn(page.split(/^## /m)[0] ?? '', /`((?!ec2)[a-z]+\d?:[A-Z]\w+)`/g);
  const actions = [...new Set(requests.map(({ action }) => action))];
  expect([...new Set(documented)].sort()).toEqual(actions.filter((action) => !action.startsWith('ec2:')).sort());
  expect(actions.filter((action) => action.startsWith('ec2:'))).toHaveLength(6);
});
