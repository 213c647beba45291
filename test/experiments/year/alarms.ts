import type { LocalAccount } from '../../../local/account/account';
import { isObject, type JsonObject } from '../../../local/aws/json';
import { totalMetrics } from '../../support/metrics';
import { readAlarms } from '../../support/monitoring';

export interface Cause {
  readonly repository: string;
  readonly tag: string;
  readonly reason: string;
}

export type AlarmsOfADay = readonly { readonly alarm: string; readonly causes: readonly Cause[] }[];

const OF_THE_SERVICE: Cause = { repository: '', tag: '', reason: 'of the service itself' };

/** The alarms of the template that went off since the last call, each with what the log says of it. */
export function alarmsIn(account: LocalAccount): AlarmsOfADay {
  const lines = account.logs.splice(0).map(({ line }) => line);
  const metrics = totalMetrics(lines);
  const entries = lines.flatMap(parse).filter(({ message }) => message === 'image remediation');
  const audited = auditRequests(account);
  return readAlarms(account.template.resources).flatMap(({ metric, threshold = 1 }) => {
    if (metric?.name === 'ApproximateNumberOfMessagesVisible')
      return account.deadLetters().length > 0 ? [{ alarm: 'DeadLetters', causes: [OF_THE_SERVICE] }] : [];
    const written = metrics.filter(
      ({ namespace, name, dimensions }) =>
        namespace === metric?.namespace &&
        name === metric.name &&
        JSON.stringify(dimensions) === JSON.stringify(metric.dimensions),
    );
    const isAge = metric?.name === 'TimeToCompanion';
    const sum = written.reduce((total, one) => total + (isAge ? one.sum / one.count : one.sum), 0);
    if (!metric || written.length === 0 || sum < threshold) return [];
    return [{ alarm: metric.name, causes: causesOf(metric.name, entries, audited) }];
  });
}

function causesOf(alarm: string, entries: readonly JsonObject[], audited: ReadonlySet<string>): readonly Cause[] {
  const causes = entries.flatMap((entry) => {
    const isCause =
      alarm === 'LifecycleRisk'
        ? entry.lifecycleRisk !== undefined
        : alarm === 'Refused' && entry.outcome === 'refused' && !audited.has(String(entry.eventId));
    if (!isCause) return [];
    return [
      { repository: String(entry.repository), tag: String(entry.sourceTag), reason: String(entry.reason ?? alarm) },
    ];
  });
  return causes.length === 0 ? [OF_THE_SERVICE] : causes;
}

/** The alarm leaves out what audits requested, and so do its causes. */
const auditRequests = ({ bus }: LocalAccount): ReadonlySet<string> =>
  new Set(bus.events.flatMap(({ id, detail }) => (detail.audit === true ? [id] : [])));

function parse(line: string): readonly JsonObject[] {
  const entry: unknown = JSON.parse(line);
  return isObject(entry) ? [entry] : [];
}
