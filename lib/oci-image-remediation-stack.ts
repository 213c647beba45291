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
   * An email address that is notified of each alarm, after it confirms the subscription.
   *
   * Creates an encrypted topic with its own KMS key, because CloudWatch cannot publish to a topic that is encrypted with the
   * AWS managed key of Amazon SNS. Cannot be combined with `alarmTopic`.
   *
   * @default - no topic is created
   */
  readonly alarmEmail?: string;
}

/**
 * A stack with an `OciImageRemediation` and nothing else. Deploy one per account and Region.
 */
export class OciImageRemediationStack extends Stack {
  /** The construct that the stack deploys. */
  public readonly remediation: OciImageRemediation;

  /**
   * @throws if a prop is not valid; the message says what it got and what it expected
   */
  constructor(scope: Construct, id: string, props: OciImageRemediationStackProps = {}) {
    const { alarmEmail, ...others } = props;
    super(scope, id, { description: 'Docker V2 Schema 2 companion tags for OCI images in Amazon ECR', ...others });
    if (alarmEmail !== undefined && others.alarmTopic) {
      throw new Error(`${this.node.path} has alarmEmail and alarmTopic; expected only one of them`);
    }
    this.remediation = new OciImageRemediation(this, 'Remediation', {
      ...others,
      ...(alarmEmail !== undefined && { alarmTopic: createAlarmTopic(this, alarmEmail) }),
    });
    const { logGroup, handler, pushesQueue, auditsQueue, layersQueue, deadLetterQueue, dashboard } = this.remediation;
    this.output('LogGroupName', 'Log group of the function: one line per decision', logGroup.logGroupName);
    this.output('FunctionName', 'Function name: the FunctionName dimension of every metric', handler.functionName);
    this.output('PushesQueueUrl', 'Queue of pushes', pushesQueue.queueUrl);
    this.output('AuditsQueueUrl', 'Queue of audits and requested repairs', auditsQueue.queueUrl);
    if (layersQueue) {
      this.output('LayersQueueUrl', 'Queue of recompressions', layersQueue.queueUrl);
    }
    this.output('DeadLetterQueueUrl', 'Queue of messages that could not be processed', deadLetterQueue.queueUrl);
    if (dashboard) {
      this.output('DashboardName', 'CloudWatch dashboard', dashboard.dashboardName);
    }
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
