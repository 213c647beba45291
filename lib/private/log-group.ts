import { RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { allowLogsToUse } from './encryption';

export function createLogGroup(scope: Construct, encryptionKey?: kms.IKey): logs.LogGroup {
  if (encryptionKey) {
    allowLogsToUse(encryptionKey, scope);
  }
  return new logs.LogGroup(scope, 'Logs', {
    retention: logs.RetentionDays.THREE_MONTHS,
    // The log says what was done to whose images, so it outlives the construct. A first deployment that fails leaves nothing.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    encryptionKey,
  });
}
