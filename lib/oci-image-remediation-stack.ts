import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { OciImageRemediation } from './oci-image-remediation';
import type { OciImageRemediationProps } from './oci-image-remediation-props';
import { createAlarmTopic } from './private/alarm-topic';

/**
 * Properties of `OciImageRemediationStack`.
 */
export interface OciImageRemediationStackProps extends StackProps, OciImageRemediationProps {
  /**
   * An address that gets a mail for each alarm, after it confirmed the subscription.
   *
   * An encrypted topic is created for it, with a KMS key of its own: CloudWatch cannot publish to a topic that is encrypted
   * with the key that AWS manages for Amazon SNS. Not together with `alarmTopic`.
   *
   * @default - no topic is created
   */
  readonly alarmEmail?: string;
}

/**
 * `OciImageRemediation` as a stack of its own: one per account and Region.
 */
export class OciImageRemediationStack extends Stack {
  /** What the stack deploys. */
  public readonly remediation: OciImageRemediation;

  /**
   * @throws if a property is not what its description allows; the message has the value got and the value expected
   */
  constructor(scope: Construct, id: string, props: OciImageRemediationStackProps = {}) {
    const { alarmEmail, ...others } = props;
    super(scope, id, { description: 'Docker V2 Schema 2 companion tags for OCI images in Amazon ECR', ...others });
    if (alarmEmail !== undefined && others.alarmTopic) {
      throw new Error(`${this.node.path} has alarmEmail and alarmTopic; expected one of them`);
    }
    this.remediation = new OciImageRemediation(this, 'Remediation', {
      ...others,
      ...(alarmEmail !== undefined && { alarmTopic: createAlarmTopic(this, alarmEmail) }),
    });
    this.output('LogGroupName', 'The log with one line for each decision', this.remediation.logGroup.logGroupName);
    this.output(
      'FunctionName',
      'The function, by which all metrics are told apart',
      this.remediation.handler.functionName,
    );
    this.output('PushesQueueUrl', 'Pushes that wait', this.remediation.pushesQueue.queueUrl);
    this.output('AuditsQueueUrl', 'Audits and requested repairs that wait', this.remediation.auditsQueue.queueUrl);
    this.output('DeadLetterQueueUrl', 'What could not be worked on', this.remediation.deadLetterQueue.queueUrl);
    if (this.remediation.dashboard) {
      this.output('DashboardName', 'The CloudWatch dashboard', this.remediation.dashboard.dashboardName);
    }
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
