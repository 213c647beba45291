import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { OciImageRemediation, type OciImageRemediationProps } from '../../lib';

export const env = { account: '123456789012', region: 'eu-north-1' };

/** Without the CDK's template validation, which takes a second in each test file; test/bin/synth.test.ts has it. */
export const newApp = (): App => new App({ builtinCloudFormationValidation: false });

export const newStack = (): Stack => new Stack(newApp(), 'Stack', { env });

export const remediationIn = (stack: Stack, props?: OciImageRemediationProps): OciImageRemediation =>
  new OciImageRemediation(stack, 'Remediation', props);

export const newRemediation = (props?: OciImageRemediationProps): OciImageRemediation =>
  remediationIn(newStack(), props);

export const templateOf = (remediation: OciImageRemediation): Template => Template.fromStack(Stack.of(remediation));

/** The one resource of a type whose logical id begins with this; it is an error if there is none, or more than one. */
export function only(template: Template, type: string, id = '') {
  const [found, ...others] = Object.entries(template.findResources(type)).filter(([name]) => name.startsWith(id));
  if (!found || others.length > 0) {
    throw new Error(`expected one ${type} ${id}, got ${found ? others.length + 1 : 0}`);
  }
  const [name, { Properties }] = found;
  return { id: name, arn: { 'Fn::GetAtt': [name, 'Arn'] }, properties: Properties };
}

export const queueOf = (template: Template, name: string) => only(template, 'AWS::SQS::Queue', `Remediation${name}`);

export const ruleOf = (template: Template, name: string) => only(template, 'AWS::Events::Rule', `Remediation${name}`);

export const functionOf = (template: Template) => only(template, 'AWS::Lambda::Function');

/** What the policy of a queue allows, without the denial of plain HTTP. */
export function sendersOf(template: Template, queue: string): unknown {
  const { Statement } = only(template, 'AWS::SQS::QueuePolicy', `Remediation${queue}`).properties.PolicyDocument;
  return Statement[1].Condition.ArnEquals['aws:SourceArn'];
}

/** An ARN as the CDK writes it when the partition is unknown. */
export const arn = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${rest}`]] });
