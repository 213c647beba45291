import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { createAlarmTopic } from './alarm-topic';
import { OciImageRemediation } from './oci-image-remediation';
import type { OciImageRemediationProps } from './oci-image-remediation-props';

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
    new CfnOutput(this, 'LogGroupName', {
      description: 'The log with one line for each decision',
      value: this.remediation.logGroup.logGroupName,
    });
    new CfnOutput(this, 'DeadLetterQueueUrl', {
      description: 'Pushes that could not be worked on',
      value: this.remediation.deadLetterQueue.queueUrl,
    });
  }
}
