import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Lets EventBridge send to queues that are encrypted with the key.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
 */
export const allowEventBridgeToUse = (encryptionKey: kms.IKey, scope: Construct): void =>
  allow(
    scope,
    encryptionKey,
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    'let events.amazonaws.com use the key, or no push will reach the queue',
  );

/**
 * Lets CloudWatch Logs write to log groups that are encrypted with the key.
 *
 * The condition names all log groups of the account. Naming the construct's own would be circular, because it needs the key.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowLogsToUse(encryptionKey: kms.IKey, scope: Construct): void {
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow(
    scope,
    encryptionKey,
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
    'let logs.<region>.amazonaws.com use the key, or pass a logGroup',
  );
}

function allow(scope: Construct, encryptionKey: kms.IKey, statement: iam.PolicyStatement, otherwise: string): void {
  if (!encryptionKey.addToResourcePolicy(statement).statementAdded) {
    Annotations.of(scope).addWarningV2(
      'cdk-ecr-oci-remediation:importedEncryptionKey',
      `the policy of the imported encryptionKey ${encryptionKey.node.path} cannot be changed by this app; ${otherwise}`,
    );
  }
}
