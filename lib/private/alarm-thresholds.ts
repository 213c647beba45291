import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { MonitoringOptions } from '../monitoring-options';

/** Where the alarms go off whose right place differs from account to account. */
export interface AlarmThresholds {
  readonly failed: number;
  readonly pushAge: Duration;
  readonly auditAge: Duration;
  readonly timeToCompanion: Duration;
}

/** @throws if a threshold is not above 0, for its alarm would never rest */
export function checkAlarmThresholds(scope: Construct, options: MonitoringOptions): AlarmThresholds {
  const {
    alarmFailedThreshold = 10,
    alarmPushAge = Duration.minutes(15),
    alarmAuditAge = Duration.days(1),
    alarmTimeToCompanion = Duration.minutes(5),
  } = options;
  if (!Token.isUnresolved(alarmFailedThreshold) && !(alarmFailedThreshold > 0)) {
    throw new Error(`alarmFailedThreshold of ${scope.node.path} is ${alarmFailedThreshold}; expected a number above 0`);
  }
  for (const [prop, duration] of Object.entries({ alarmPushAge, alarmAuditAge, alarmTimeToCompanion })) {
    if (!duration.isUnresolved() && duration.toMilliseconds() <= 0) {
      throw new Error(`${prop} of ${scope.node.path} is no time at all; expected a Duration above 0`);
    }
  }
  return {
    failed: alarmFailedThreshold,
    pushAge: alarmPushAge,
    auditAge: alarmAuditAge,
    timeToCompanion: alarmTimeToCompanion,
  };
}
