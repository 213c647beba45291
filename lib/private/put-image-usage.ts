import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ObservableRemediation } from './observable-remediation';

/** Usage metrics have one value per minute: https://docs.aws.amazon.com/AmazonECR/latest/userguide/monitoring-usage.html */
const period = Duration.minutes(1);

/** Calls per second in the account and Region, including every `docker push`. */
export const putImageCalls = (): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    label: 'total',
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

/** Calls per second of this service: one for each companion that it writes. */
export const companionsWritten = (remediation: ObservableRemediation): cloudwatch.MathExpression =>
  new cloudwatch.MathExpression({
    label: 'this service',
    expression: '(converted + aliased) / PERIOD(converted)',
    period,
    usingMetrics: { converted: remediation.metricConverted(), aliased: remediation.metricAliased() },
  });
