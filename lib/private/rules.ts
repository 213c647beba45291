import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { AuditSchedule } from '../audit-schedule';
import { pushPattern, replicationPattern, requestPattern, type WantedImages } from './event-patterns';

/** Everything that starts the service. */
export interface Rules {
  readonly push: events.Rule;
  readonly replication?: events.Rule;
  readonly audit: events.Rule;
  readonly auditSchedule?: events.Rule;
}

/** All on the default bus: Amazon ECR and schedules know no other, and there is one place for requests. */
export function createRules(
  scope: Construct,
  wanted: WantedImages,
  { includeReplicatedImages, auditSchedule }: { includeReplicatedImages: boolean; auditSchedule: AuditSchedule },
): Rules {
  const push = new events.Rule(scope, 'PushRule', {
    description: 'Images that were pushed to Amazon ECR, except companions',
    eventPattern: pushPattern(scope, wanted),
  });
  const audit = new events.Rule(scope, 'AuditRule', {
    description: 'Requests to audit repositories and to repair companions',
    eventPattern: requestPattern,
  });
  return {
    push,
    audit,
    ...(includeReplicatedImages && {
      replication: new events.Rule(scope, 'ReplicationRule', {
        description: 'Images that were replicated to this account and Region, except companions',
        eventPattern: replicationPattern(scope, wanted),
      }),
    }),
    ...(auditSchedule._schedule && {
      auditSchedule: new events.Rule(scope, 'AuditScheduleRule', {
        description: 'Audits the chosen repositories for companions that are missing or stale',
        schedule: auditSchedule._schedule,
      }),
    }),
  };
}
