import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/**
 * An encrypted topic that requires TLS and emails what the alarms of this account publish.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 * @throws if the address is not an email address
 */
export function createAlarmTopic(scope: Construct, email: string): sns.Topic {
  if (!Token.isUnresolved(email) && !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new Error(
      `alarmEmail of ${scope.node.path} is '${email}'; expected one email address, such as 'team@example.com'`,
    );
  }
  const masterKey = new kms.Key(scope, 'AlarmTopicKey', {
    description: 'Encrypts alarm notifications about OCI images in Amazon ECR',
    enableKeyRotation: true,
    // SNS stores notifications only until they are delivered, so a retained key would cost money and decrypt nothing.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const topic = new sns.Topic(scope, 'AlarmTopic', { masterKey, enforceSSL: true });
  // The policy that enforces TLS replaces the default policy, which lets alarms publish. This grants the use of the key, too.
  topic.grantPublish(
    new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  topic.addSubscription(new EmailSubscription(email));
  return topic;
}
