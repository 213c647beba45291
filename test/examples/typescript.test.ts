import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import type { Outcome } from '../../lambda/core/companion/outcome';
import { only } from '../lib/support';
import { EVENT_ID, inputOf } from './rule-input';
import { synthesizeExamples } from './templates';

const root = join(__dirname, '../..');
const examples = readdirSync(join(root, 'examples/typescript'));
const MODEL_DIGEST = `sha256:${'a'.repeat(64)}`;
const FUNCTION_DIGEST = `sha256:${'b'.repeat(64)}`;
const MODEL_IMAGE = `123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/model@${MODEL_DIGEST}`;
const FUNCTION_IMAGE = `123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/function@${FUNCTION_DIGEST}`;

let templates: ReadonlyMap<string, Template>;
beforeAll(() => {
  templates = synthesizeExamples(examples, { modelImage: MODEL_IMAGE, functionImage: FUNCTION_IMAGE });
});

function templateOf(example: string): Template {
  const template = templates.get(example);
  if (!template) throw new Error(`${example} has no template; those that do: ${[...templates.keys()].join(', ')}`);
  return template;
}

const image = { repository: 'team/app', tag: 'prod' };
const source = { digest: 'sha256:aa', mediaType: 'application/vnd.oci.image.manifest.v1+json' };
const companion = {
  tag: 'prod-dockerv2',
  digest: 'sha256:bb',
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
};
const converted: Outcome = { image, source, outcome: 'converted', companion, droppedFields: [] };
const refused: Outcome = {
  image,
  source,
  outcome: 'refused',
  reason: 'zstd-layer',
  detail: '$.layers[0] has the type "…+zstd"',
};

test('every example has one stack, which passes template validation', () => {
  expect([...templates.keys()]).toEqual(examples);
  for (const template of templates.values()) expect(Object.keys(template.toJSON().Resources)).not.toEqual([]);
});

test('minimal has the service with its defaults', () => {
  const template = templateOf('minimal');
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.resourceCountIs('AWS::CloudWatch::Alarm', 11);
  template.resourceCountIs('AWS::Events::Rule', 3);
});

test('docker-v2-image has a function and a model, whose images one function provides', () => {
  const template = templateOf('docker-v2-image');
  template.resourceCountIs('AWS::Lambda::Function', 2);
  template.resourceCountIs('AWS::SageMaker::Model', 1);
  template.resourceCountIs('Custom::DockerV2Image', 2);
});

describe('full', () => {
  const props = globSync('lib/*.ts', { cwd: root })
    .filter((file) => !/\.d\.ts$|oci-image-remediation-stack\.ts$|docker-v2-image/.test(file))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}readonly (\w+)\?:/gm)])
    .map(([, prop]) => `${prop}`);
  const missingIn = (app: string, expected: readonly string[], pattern: RegExp) => {
    const used = [...readFileSync(join(root, 'examples', app), 'utf8').matchAll(pattern)].map(([, prop]) => `${prop}`);
    return expected.filter((prop) => !used.includes(prop));
  };

  test('has every prop of the construct, in both languages', () => {
    expect(props.length).toBeGreaterThanOrEqual(40);
    expect(missingIn('typescript/full/app.ts', props, /^ {2}(\w+)(?::|,$)/gm)).toEqual([]);
    const inPython = props.map((prop) => prop.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    expect(missingIn('python/full/app.py', inPython, /^ {4}(\w+)=/gm)).toEqual([]);
  });

  test('every role has the permissions boundary', () => {
    const roles = Object.values(templateOf('full').findResources('AWS::IAM::Role'));
    expect(roles.length).toBeGreaterThanOrEqual(3);
    for (const { Properties } of roles)
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain(':policy/developer-boundary');
  });

  test('both functions run in subnets that reach the three services they need', () => {
    const template = templateOf('full');
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
    expect(
      endpoints.map(({ Properties }) => /ecr\.api|events|s3/.exec(JSON.stringify(Properties))?.[0]).sort(),
    ).toEqual(['ecr.api', 'events', 's3']);
    template.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { VpcConfig: Match.anyValue(), Architectures: ['x86_64'], TracingConfig: { Mode: 'Active' } },
      2,
    );
  });

  test('matches and permits the chosen repositories, and writes the companion tags that it says', () => {
    const template = templateOf('full');
    const { EventPattern } = only(template, 'AWS::Events::Rule', 'RemediationPush').properties;
    const chosen = JSON.stringify(EventPattern.detail['repository-name']);
    for (const name of ['shared/base-inference', 'ml/app', 'sagemaker/']) expect(chosen).toContain(name);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          COMPANION_TAG_PREFIX: 'dockerv2-',
          COMPANION_FOR: 'every-tag',
          PLATFORMS: 'linux/amd64,linux/arm64',
        }),
      },
    });
    template.resourceCountIs('AWS::Signer::SigningProfile', 1);
    template.resourceCountIs('AWS::ECR::PullTimeUpdateExclusion', 2);
  });

  test('publishes on its own bus, and tells a topic what to deploy', () => {
    const template = templateOf('full');
    const { EventBusName } = only(template, 'AWS::Events::Rule', 'RemediationCompanionReady').properties;
    expect(EventBusName).toEqual({ Ref: only(template, 'AWS::Events::EventBus').id });
    expect(inputOf(template, 'CompanionReady', converted)).toBe(
      'Deploy 123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app@sha256:bb',
    );
    expect(inputOf(template, 'CompanionReady', refused)).toBeUndefined();
  });
});

describe('react-to-remediation', () => {
  interface State {
    readonly Type: string;
    readonly Next?: string;
    readonly End?: boolean;
    readonly Default?: string;
    readonly Choices?: readonly { readonly Next: string }[];
    readonly Catch?: readonly { readonly Next: string }[];
    readonly Parameters?: unknown;
  }
  const definition = (): { readonly StartAt: string; readonly States: Readonly<Record<string, State>> } => {
    const { DefinitionString } = only(
      templateOf('react-to-remediation'),
      'AWS::StepFunctions::StateMachine',
    ).properties;
    const [, parts] = DefinitionString['Fn::Join'];
    return JSON.parse(parts.map((part: unknown) => (typeof part === 'string' ? part : 'reference')).join(''));
  };

  test('a new companion of the tag starts a deployment of its digest, under a name of its own', () => {
    const template = templateOf('react-to-remediation');
    expect(inputOf(template, 'CompanionReady', converted)).toEqual({
      name: `app-${EVENT_ID}`,
      image: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app@sha256:bb',
      digest: 'sha256:bb',
      companionTag: 'prod-dockerv2',
    });
    const others: Outcome[] = [
      refused,
      { ...converted, outcome: 'unchanged' },
      { ...converted, image: { ...image, tag: 'pr-7' } },
      { ...converted, image: { ...image, repository: 'team/other' } },
    ];
    expect(others.map((outcome) => inputOf(template, 'CompanionReady', outcome))).toEqual(others.map(() => undefined));
  });

  test('the endpoint is updated only after the check that the companion is the newest, and again after each rejection', () => {
    const { StartAt, States } = definition();
    const statesBefore = (name: string) =>
      Object.entries(States)
        .filter(([, { Next, Default, Choices = [], Catch = [] }]) =>
          [Next, Default, ...[...Choices, ...Catch].map((one) => one.Next)].includes(name),
        )
        .map(([state]) => state);
    expect(StartAt).toBe('CreateModel');
    expect(statesBefore('UpdateEndpoint')).toEqual(['IsNewest']);
    expect(statesBefore('IsNewest')).toEqual(['ReadCompanionTag']);
    expect(statesBefore('ReadCompanionTag').sort()).toEqual(['CreateEndpointConfig', 'WaitForUpdate']);
    expect(statesBefore('WaitForUpdate')).toEqual(['UpdateEndpoint']);
    expect(States.IsNewest?.Default).toBe('Superseded');
    expect(States.Superseded?.Type).toBe('Succeed');
  });

  test('the states read only what the rule gives them, and the check its own result', () => {
    const input = Object.keys(inputOf(templateOf('react-to-remediation'), 'CompanionReady', converted) as object);
    const { States } = definition();
    const read = [
      ...JSON.stringify(Object.values(States).map(({ Parameters }) => Parameters)).matchAll(/"\$\.(\w+)"/g),
    ];
    expect(read.length).toBeGreaterThan(3);
    expect(read.map(([, name]) => name).filter((name) => !input.includes(`${name}`))).toEqual([]);
    expect(States.IsNewest?.Choices).toEqual([
      { Variable: '$.now.digest', StringEqualsPath: '$.digest', Next: 'UpdateEndpoint' },
    ]);
  });

  test('the model may pull from the one repository', () => {
    const { PolicyDocument } = only(templateOf('react-to-remediation'), 'AWS::IAM::Policy', 'ModelRole').properties;
    const [pull] = PolicyDocument.Statement.filter(({ Action }: { Action: string }) =>
      Action.includes('ecr:BatchGetImage'),
    );
    expect(JSON.stringify(pull.Resource)).toContain(':repository/team/app');
  });
});

describe('slack', () => {
  test('the channel gets the alarms and the refusals, and can do nothing but look at CloudWatch', () => {
    const template = templateOf('slack');
    const topics = ['Alarms', 'Refused'].map((id) => ({ Ref: only(template, 'AWS::SNS::Topic', id).id }));
    const { SnsTopicArns, GuardrailPolicies } = only(template, 'AWS::Chatbot::SlackChannelConfiguration').properties;
    expect(SnsTopicArns).toEqual(topics);
    expect(GuardrailPolicies).toHaveLength(1);
    expect(JSON.stringify(GuardrailPolicies)).toContain(':iam::aws:policy/CloudWatchReadOnlyAccess');
  });

  test('every alarm notifies the topic whose policy is the default one, which lets alarms publish', () => {
    const template = templateOf('slack');
    const [topic, alarms] = [
      only(template, 'AWS::SNS::Topic', 'Alarms'),
      template.findResources('AWS::CloudWatch::Alarm'),
    ];
    expect(Object.values(alarms).map(({ Properties }) => Properties.AlarmActions)).toEqual(
      Array(9).fill([{ Ref: topic.id }]),
    );
    expect(only(template, 'AWS::SNS::TopicPolicy').properties.Topics).not.toContainEqual({ Ref: topic.id });
  });

  test('a refusal becomes a custom notification, whatever its detail contains', () => {
    expect(inputOf(templateOf('slack'), 'ImageRefused', refused)).toEqual({
      version: '1.0',
      source: 'custom',
      content: {
        title: 'No Docker companion for team/app:prod (zstd-layer)',
        description: '$.layers[0] has the type "…+zstd"',
      },
      metadata: { threadId: 'team/app' },
    });
    expect(inputOf(templateOf('slack'), 'ImageRefused', converted)).toBeUndefined();
  });
});

test('sagemaker-and-lambda gives the model and the function their companions by digest', () => {
  const template = templateOf('sagemaker-and-lambda');
  const model = only(template, 'AWS::SageMaker::Model').properties;
  expect(model.PrimaryContainer).toEqual({ Image: MODEL_IMAGE });
  const { Code, Architectures } = only(template, 'AWS::Lambda::Function').properties;
  expect(JSON.stringify(Code.ImageUri)).toContain(`/team/function@${FUNCTION_DIGEST}`);
  expect(Architectures).toEqual(['x86_64']);
  const { DependsOn } = Object.values(template.findResources('AWS::SageMaker::Model'))[0] ?? {};
  expect(DependsOn).toContain(only(template, 'AWS::IAM::Policy', 'ModelRole').id);
});
