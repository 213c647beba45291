import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from './core/contract';

type MetricName = (typeof METRICS)[keyof typeof METRICS];
export type MetricValues = Partial<Record<MetricName, number>>;
export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

const UNITS: Partial<Record<MetricName, 'Milliseconds' | 'Bytes'>> = {
  [METRICS.timeToCompanion]: 'Milliseconds',
  [METRICS.recompressedBytes]: 'Bytes',
};

/** Not `console.log`, which Lambda's runtime wraps: CloudWatch finds metrics only in a line that is the JSON object itself. */
const writeLine = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

export function log(level: LogLevel, message: string, fields: object): void {
  writeLine({ timestamp: new Date().toISOString(), level, message, ...fields });
}

/**
 * One line of the embedded metric format. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @param further dimensions beside the function's name; such a metric counts apart from the one without
 */
export function emitMetrics(
  functionName: string,
  values: MetricValues,
  further: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(values) as MetricName[];
  const metrics = names.map((name) => ({ Name: name, Unit: UNITS[name] ?? 'Count' }));
  const dimensions = { [METRIC_DIMENSION]: functionName, ...further };
  const directive = { Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics };
  writeLine({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, ...dimensions, ...values });
}
