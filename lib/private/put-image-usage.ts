import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ObservableRemediation } from './observable-remediation';

/** Usage metrics have one value a minute: https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html */
const period = Duration.minutes(1);

/** Everybody's calls, in each second: those of `docker push` and ours. */
export const putImageCalls = (): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    label: 'everybody',
    expression: 'calls / PERIOD(calls)',
    period,
    usingMetrics: {
      calls: new cloudwatch.Metric({
        namespace: 'AWS/Usage',
        metricName: 'CallCount',
        dimensionsMap: { Class: 'None', Resource: 'PutImage', Service: 'ECR', Type: 'API' },
        statistic: cloudwatch.Stats.SUM,
      }),
    },
  });

/** Each companion that is written is one call of ours. */
export const companionsWritten = (remediation: ObservableRemediation): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    label: 'companions written by this service',
    expression: '(converted + aliased) / PERIOD(converted)',
    period,
    usingMetrics: { converted: remediation.metricConverted(), aliased: remediation.metricAliased() },
  });
