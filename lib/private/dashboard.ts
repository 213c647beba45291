import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  MEDIA_TYPE_DIMENSION,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  REASON_DIMENSION,
} from '../../lambda/core/contract';
import type { ObservableRemediation } from './observable-remediation';
import { companionsWritten, putImageCalls } from './put-image-usage';
import type { Queues } from './queues';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const PUT_IMAGE_QUOTA = 10;

const GRID = { columns: 24, height: 6 };
const THIRD = { width: GRID.columns / 3, height: GRID.height };
const HALF = { width: GRID.columns / 2, height: GRID.height };

/** Answers from top to bottom: is anything wrong, what is pushed, with which outcomes, how fast, and at what cost to others' pushes and images. */
export function createDashboard(
  remediation: ObservableRemediation,
  queues: Queues,
  logGroup: logs.ILogGroup,
  alarms: readonly cloudwatch.Alarm[],
): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(remediation, 'Dashboard', { defaultInterval: Duration.days(1) });
  if (alarms.length > 0) {
    dashboard.addWidgets(
      new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: GRID.columns, height: 3 }),
    );
  }
  dashboard.addWidgets(
    graph('Pushes by media type', THIRD, byDimension(remediation.handler, METRICS.pushed, MEDIA_TYPE_DIMENSION)),
    graph(
      'Outcomes',
      THIRD,
      remediation.metricConverted({ label: 'converted' }),
      remediation.metricAliased({ label: 'aliased' }),
      remediation.metricUnchanged({ label: 'unchanged' }),
      remediation.metricSkipped({ label: 'skipped' }),
      remediation.metricRefused({ label: 'refused' }),
      remediation.metricFailed({ label: 'failed, retried' }),
    ),
    graph('Refusals by reason', THIRD, byDimension(remediation.handler, METRICS.refused, REASON_DIMENSION)),
  );
  dashboard.addWidgets(...work(remediation, queues));
  dashboard.addWidgets(
    new cloudwatch.GraphWidget({
      title: 'PutImage calls per second, and the quota of the account and Region',
      ...HALF,
      left: [putImageCalls(), companionsWritten(remediation)],
      leftYAxis: { min: 0 },
      leftAnnotations: [{ value: PUT_IMAGE_QUOTA, label: 'default quota', color: cloudwatch.Color.RED }],
    }),
    recentRefusals(logGroup),
  );
  dashboard.addWidgets(
    graph(
      'Companions put where the lifecycle policy may expire a source for them',
      { width: GRID.columns, height: 4 },
      remediation.metricLifecycleRisk({ label: 'companions' }),
    ),
  );
  if (queues.layers) {
    dashboard.addWidgets(...recompressions(remediation, queues.layers));
  }
  return dashboard;
}

function recompressions(remediation: ObservableRemediation, layers: sqs.IQueue): cloudwatch.IWidget[] {
  return [
    graph(
      'Recompressions',
      THIRD,
      remediation.metricRecompressing({ label: 'requested' }),
      remediation.metricRecompressed({ label: 'done' }),
    ),
    graph('Recompressed bytes', THIRD, remediation.metricRecompressedBytes({ label: 'read' })),
    graph(
      'Age of the oldest recompression (s)',
      THIRD,
      layers.metricApproximateAgeOfOldestMessage({ label: 'recompressions' }),
    ),
  ];
}

function work(remediation: ObservableRemediation, queues: Queues): cloudwatch.IWidget[] {
  return [
    graph(
      'Time from push to companion (ms)',
      THIRD,
      remediation.metricTimeToCompanion({ statistic: cloudwatch.Stats.p(50), label: 'p50' }),
      remediation.metricTimeToCompanion({ statistic: cloudwatch.Stats.p(99), label: 'p99' }),
    ),
    graph(
      'Messages waiting',
      THIRD,
      queues.pushes.metricApproximateNumberOfMessagesVisible({ label: 'pushes' }),
      queues.audits.metricApproximateNumberOfMessagesVisible({ label: 'audits' }),
      queues.deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'dead letters' }),
    ),
    graph(
      'Age of the oldest message (s)',
      THIRD,
      queues.pushes.metricApproximateAgeOfOldestMessage({ label: 'pushes' }),
      queues.audits.metricApproximateAgeOfOldestMessage({ label: 'audits' }),
    ),
  ];
}

const graph = (
  title: string,
  size: { readonly width: number; readonly height: number },
  ...left: cloudwatch.IMetric[]
): cloudwatch.GraphWidget => new cloudwatch.GraphWidget({ title, ...size, left, leftYAxis: { min: 0 } });

/**
 * The sum of a metric for each value of its second dimension; a search also finds values that appear later.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
function byDimension(handler: lambda.IFunction, metricName: string, dimension: string): cloudwatch.MathExpression {
  const schema = [METRIC_NAMESPACE, METRIC_DIMENSION, dimension].join(',');
  const terms = `MetricName="${metricName}" ${METRIC_DIMENSION}="${handler.functionName}"`;
  return new cloudwatch.MathExpression({
    label: `\${PROP('Dim.${dimension}')}`,
    expression: `SEARCH('{${schema}} ${terms}', '${cloudwatch.Stats.SUM}', 300)`,
  });
}

const recentRefusals = (logGroup: logs.ILogGroup): cloudwatch.LogQueryWidget =>
  new cloudwatch.LogQueryWidget({
    title: 'Recent refusals (action required)',
    ...HALF,
    logGroupNames: [logGroup.logGroupName],
    queryLines: [
      'fields timestamp, repository, sourceTag, reason, detail',
      "filter outcome = 'refused'",
      'sort timestamp desc',
      'limit 50',
    ],
  });
