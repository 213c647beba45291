import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, type CfnElement, CfnOutput, CfnParameter, DefaultStackSynthesizer, Fn } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { ENV } from '../../lambda/core/contract';
import { type OciImageRemediation, OciImageRemediationStack } from '../../lib';
import { version } from '../../package.json';
import { PARAMETER_GROUPS, PARAMETERS, type ParameterName } from './parameters';
import { type IsOn, numberRef, propsOf, ref } from './props';

/** What the construct checks before the functions read it. The constraints of the parameters take its place. */
const ENVIRONMENT = {
  [ENV.platforms]: 'Platforms',
  [ENV.companionFor]: 'CompanionFor',
  [ENV.uncompressedLayers]: 'UncompressedLayers',
  [ENV.excludedTags]: 'ExcludedTags',
  [ENV.auditWindowDays]: 'AuditWindowDays',
} as const satisfies Readonly<Record<string, ParameterName>>;

/** The stack with these choices on: parameters in the place of props where it takes them, and code in the place of assets. */
export class TemplateStack extends OciImageRemediationStack {
  constructor(app: App, isOn: IsOn) {
    super(app, 'Template', {
      description: `Docker V2 Schema 2 companion tags for OCI images in Amazon ECR: cdk-ecr-oci-remediation ${version}`,
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
      ...propsOf(app, isOn),
    });
    const { handler, recompressionHandler, logGroup, auditScheduleRule } = this.remediation;
    inline(handler, 'remediate');
    if (recompressionHandler) inline(recompressionHandler, 'recompress');
    for (const fn of [handler, recompressionHandler]) {
      if (!fn) continue;
      for (const [variable, parameter] of Object.entries(ENVIRONMENT)) fn.addEnvironment(variable, ref(parameter));
      if (recompressionHandler) fn.addEnvironment(ENV.maxRecompressedLayerBytes, ref('MaxRecompressedLayerBytes'));
      if (isOn('RunsInVpc')) runInSubnets(fn);
    }
    (logGroup.node.defaultChild as logs.CfnLogGroup).retentionInDays = numberRef('LogRetentionDays');
    if (auditScheduleRule) {
      (auditScheduleRule.node.defaultChild as events.CfnRule).scheduleExpression = ref('AuditSchedule');
    }
    this.addParameters();
    this.addOutputs(this.remediation);
  }

  /** Without the hash, which an id needs only where a construct may be in a stack twice. */
  protected override allocateLogicalId(element: CfnElement): string {
    return readableId(super.allocateLogicalId(element));
  }

  private addParameters(): void {
    for (const [name, { label, ...parameter }] of Object.entries(PARAMETERS)) new CfnParameter(this, name, parameter);
    const labels = Object.entries(PARAMETERS).map(([name, { label }]) => [name, { default: label }]);
    this.addMetadata('AWS::CloudFormation::Interface', {
      ParameterGroups: PARAMETER_GROUPS.map(({ label, parameters }) => ({
        Label: { default: label },
        Parameters: Object.keys(parameters),
      })),
      ParameterLabels: Object.fromEntries(labels),
    });
  }

  private addOutputs({ handler, recompressionHandler, deadLetterQueue }: OciImageRemediation): void {
    new CfnOutput(this, 'Version', { description: 'Version of cdk-ecr-oci-remediation', value: version });
    this.addArn('FunctionArn', 'The function that makes companions', handler.functionArn);
    this.addArn('RoleArn', 'Its role', handler.role?.roleArn);
    this.addArn('RecompressionFunctionArn', 'The function that recompresses layers', recompressionHandler?.functionArn);
    this.addArn('RecompressionRoleArn', 'Its role', recompressionHandler?.role?.roleArn);
    this.addArn('DeadLetterQueueArn', 'Queue of messages that could not be processed', deadLetterQueue.queueArn);
  }

  private addArn(id: string, description: string, value: string | undefined): void {
    if (value !== undefined) new CfnOutput(this, id, { description, value });
  }
}

/** @param id as the CDK makes it of the construct's path in `OciImageRemediationStack` */
export const readableId = (id: string): string =>
  id
    .replace(/^Remediation(?=[A-Z])/, '')
    .replace(/(?<=.)[0-9A-F]{8}$/, '')
    .replace(/^AlarmTopicTokenSubscription1$/, 'AlarmTopicSubscription');

/** What `npm run build` made, which the asset has too. */
function inline(fn: lambda.Function, asset: 'remediate' | 'recompress'): void {
  const zipFile = readFileSync(join(__dirname, '../../assets', asset, 'index.js'), 'utf8');
  (fn.node.defaultChild as lambda.CfnFunction).code = { zipFile };
}

/** The construct takes subnets and groups one by one, and a parameter has a list of them. */
function runInSubnets(fn: lambda.Function): void {
  (fn.node.defaultChild as lambda.CfnFunction).vpcConfig = {
    subnetIds: Fn.split(',', ref('SubnetIds')),
    securityGroupIds: Fn.split(',', ref('SecurityGroupIds')),
  };
}
