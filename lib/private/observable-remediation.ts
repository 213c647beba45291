import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  AUDIT_FINISHED_DETAIL_TYPE,
  EVENT_SOURCE,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  OUTCOME_DETAIL_TYPE,
} from '../../lambda/core/contract';

/**
 * What a remediation tells about its work: an event for each outcome, and metrics.
 *
 * @internal a hidden base class, whose members jsii gives to the subclass
 */
export abstract class ObservableRemediation extends Construct {
  public abstract readonly handler: lambda.IFunction;
  public abstract readonly eventBus: events.IEventBus;

  /**
   * Defines a rule that is triggered by the outcome of each pushed image: an `Image Remediation` event.
   *
   * Narrow it by `eventPattern`, for example to `{ detail: { outcome: ['converted'] } }`.
   *
   * @param id the id of the rule
   * @param options target and further restrictions of the rule
   */
  public onRemediation(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onEvent(id, OUTCOME_DETAIL_TYPE, options);
  }

  /**
   * Defines a rule that is triggered by the end of each audit of a repository: a `Repository Audit Finished` event, with
   * how many images there are, how many companions are right, how many repairs were asked for, and what was refused.
   *
   * @param id the id of the rule
   * @param options target and further restrictions of the rule
   */
  public onAuditFinished(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onEvent(id, AUDIT_FINISHED_DETAIL_TYPE, options);
  }

  /**
   * A metric of this service. The statistic is `Sum` over 5 minutes unless the options say otherwise.
   *
   * @param metricName such as `Converted`
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [METRIC_DIMENSION]: this.handler.functionName },
      statistic: cloudwatch.Stats.SUM,
      ...options,
    }).attachTo(this);
  }

  /** Images, indexes and artifacts that were pushed, whatever their format. */
  public metricPushed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.pushed, options);
  }

  /** OCI images, indexes included, that were pushed. */
  public metricOciImagesPushed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.ociImagesPushed, options);
  }

  /** Companion tags that got a new Docker manifest. */
  public metricConverted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.converted, options);
  }

  /** Companion tags that now name a Docker manifest that was in the repository already. */
  public metricAliased(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.aliased, options);
  }

  /** Companion tags that were right already. */
  public metricUnchanged(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.unchanged, options);
  }

  /** Pushes that need no companion by design: Docker images, build caches, Helm charts and other artifacts. */
  public metricSkipped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.skipped, options);
  }

  /** Images that cannot be expressed in Docker format: a person must act. */
  public metricRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.refused, options);
  }

  /** Messages that were handed back to their queue, to be tried again. */
  public metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.failed, options);
  }

  /** Outcomes that the event bus did not take. The companion is right, but whoever waits for the event was not told. */
  public metricOutcomesNotPublished(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.outcomesNotPublished, options);
  }

  /** Calls of Amazon ECR that the function made. */
  public metricRegistryCalls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.registryCalls, options);
  }

  /**
   * Milliseconds from the push to its companion.
   *
   * @default - 95th percentile over 5 minutes
   */
  public metricTimeToCompanion(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.timeToCompanion, { statistic: cloudwatch.Stats.p(95), ...options });
  }

  private onEvent(id: string, detailType: string, options: events.OnEventOptions): events.Rule {
    const rule = new events.Rule(this, id, { ...options, eventBus: this.eventBus });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [detailType] });
    rule.addTarget(options.target);
    return rule;
  }
}
