import { asList, asNumber, asObject, asString, asStrings, isObject, type JsonObject } from '../../local/aws/json';

/** One metric as CloudWatch would have it, over everything logged so far. */
export interface MetricTotal {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly sum: number;
  readonly count: number;
}

/**
 * Adds up the embedded metric format lines among these.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @throws for an EMF line that CloudWatch would drop without a word
 */
export function totalMetrics(lines: Iterable<string>): readonly MetricTotal[] {
  const totals = new Map<string, MetricTotal>();
  for (const line of lines) {
    for (const point of readEmf(line)) {
      const key = JSON.stringify([point.namespace, point.name, Object.entries(point.dimensions).sort()]);
      const known = totals.get(key);
      totals.set(key, { ...point, sum: point.sum + (known?.sum ?? 0), count: point.count + (known?.count ?? 0) });
    }
  }
  return [...totals.values()];
}

function readEmf(line: string): readonly MetricTotal[] {
  const root = parse(line);
  if (!root) return [];
  const at = `EMF line ${line.slice(0, 200)}: _aws`;
  const metadata = asObject(root._aws, at);
  asNumber(metadata.Timestamp, `${at}.Timestamp`);
  return asList(metadata.CloudWatchMetrics, `${at}.CloudWatchMetrics`).flatMap((value, index) => {
    const directive = asObject(value, `${at}.CloudWatchMetrics[${index}]`);
    const namespace = asString(directive.Namespace, `${at}.CloudWatchMetrics[${index}].Namespace`);
    const sets = asList(directive.Dimensions, `${at}.CloudWatchMetrics[${index}].Dimensions`);
    const metrics = asList(directive.Metrics, `${at}.CloudWatchMetrics[${index}].Metrics`);
    if (metrics.length > 100)
      throw new Error(`${at}: ${metrics.length} metrics in one directive; CloudWatch takes 100`);
    return sets.flatMap((set) =>
      metrics.map((metric) => total(root, namespace, asStrings(set, at), asObject(metric, at), at)),
    );
  });
}

function total(
  root: JsonObject,
  namespace: string,
  keys: readonly string[],
  metric: JsonObject,
  at: string,
): MetricTotal {
  const name = asString(metric.Name, `${at}: Metrics.Name`);
  const written = root[name];
  const values = (Array.isArray(written) ? written : [written]).map((value: unknown) => {
    if (typeof value === 'number') return value;
    throw new Error(`${at}: the value of ${name} is not a number but ${JSON.stringify(value)}`);
  });
  return {
    namespace,
    name,
    unit: metric.Unit === undefined ? 'None' : asString(metric.Unit, `${at}: Metrics.Unit`),
    dimensions: Object.fromEntries(keys.map((key) => [key, asString(root[key], `${at}: dimension ${key}`)])),
    sum: values.reduce((sum, value) => sum + value, 0),
    count: values.length,
  };
}

function parse(line: string): JsonObject | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && '_aws' in value ? value : undefined;
  } catch {
    return undefined; // Not JSON, so only a log line.
  }
}
