import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { REQUESTS } from '../../lambda/core/contract';
import { pushPattern, replicationPattern, requestPattern } from './event-patterns';
import { isRecompressionDeployed } from './repository-choices';
import type { RepositorySelection } from './repository-selection';
import type { Settings } from './settings';

/** The rules that start the service. */
export interface Rules {
  readonly push: events.Rule;
  readonly replication?: events.Rule;
  readonly audit: events.Rule;
  readonly auditSchedule?: events.Rule;
  readonly recompression?: events.Rule;
}

/** All on the default bus: Amazon ECR and schedules use no other, and requests have one address. */
export function createRules(scope: Construct, settings: Settings, repositories: RepositorySelection): Rules {
  const schedule = settings.auditSchedule._schedule;
  return {
    push: new events.Rule(scope, 'PushRule', {
      description: 'Images pushed to Amazon ECR, except companions',
      eventPattern: pushPattern(scope, settings, repositories),
    }),
    audit: new events.Rule(scope, 'AuditRule', {
      description: 'Requests to audit repositories and to repair images',
      eventPattern: requestPattern(scope, [REQUESTS.registryAudit, REQUESTS.repositoryAudit, REQUESTS.imageRepair]),
    }),
    recompression: isRecompressionDeployed(settings)
      ? new events.Rule(scope, 'RecompressionRule', {
          description: 'Requests to recompress layers of images',
          eventPattern: requestPattern(scope, [REQUESTS.imageRecompression]),
        })
      : undefined,
    replication: settings.includeReplicatedImages
      ? new events.Rule(scope, 'ReplicationRule', {
          description: 'Images replicated to this account and Region, except companions',
          eventPattern: replicationPattern(scope, settings, repositories),
        })
      : undefined,
    auditSchedule:
      schedule &&
      new events.Rule(scope, 'AuditScheduleRule', {
        description: 'Audits the chosen repositories for missing or stale companions',
        schedule,
      }),
  };
}
