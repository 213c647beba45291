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
import { here } from './event-patterns';

/**
 * How a remediation reports its work: an event for each outcome, and metrics.
 *
 * @internal a hidden base class; jsii adds its members to the subclass
 */
export abstract class ObservableRemediation extends Construct {
  public abstract readonly handler: lambda.Function;
  public abstract readonly eventBus: events.IEventBus;

  /**
   * Defines a rule for the outcome of each repair, an `Image Remediation` event.
   *
   * Narrow it with `eventPattern`, for example `{ detail: { outcome: ['converted'] } }`.
   *
   * @param id the id of the rule
   * @param options the target, and further conditions
   */
  public onRemediation(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onEvent(id, OUTCOME_DETAIL_TYPE, options);
  }

  /**
   * Defines a rule for the end of each audit of a repository, a `Repository Audit Finished` event. It counts the images, the
   * companions that are up to date, the repairs that were requested, and the refusals.
   *
   * @param id the id of the rule
   * @param options the target, and further conditions
   */
  public onAuditFinished(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.onEvent(id, AUDIT_FINISHED_DETAIL_TYPE, options);
  }

  /**
   * A metric of this service, by default its sum over 5 minutes.
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

  /** Images, indexes and artifacts that were pushed, in any format. */
  public metricPushed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.pushed, options);
  }

  /** OCI images that were pushed, including indexes. */
  public metricOciImagesPushed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.ociImagesPushed, options);
  }

  /** Companion tags that got a new Docker manifest. */
  public metricConverted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.converted, options);
  }

  /** Companion tags that now point to a Docker manifest that was already in the repository. */
  public metricAliased(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.aliased, options);
  }

  /** Companion tags that were already up to date. */
  public metricUnchanged(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.unchanged, options);
  }

  /** Pushes that need no companion by design: Docker images, build caches, Helm charts and other artifacts. */
  public metricSkipped(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.skipped, options);
  }

  /** Images whose companion is missing or stale until a person acts. */
  public metricRefused(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.refused, options);
  }

  /** Images whose layers must be recompressed first. The recompression is requested. */
  public metricRecompressing(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.recompressing, options);
  }

  /** Companions that were put after a recompression. */
  public metricRecompressed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.recompressed, options);
  }

  /** Bytes of the layers that were recompressed, as they were before. */
  public metricRecompressedBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.recompressedBytes, options);
  }

  /** Companions that were put into repositories whose lifecycle policies may expire source images for them. */
  public metricLifecycleRisk(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.lifecycleRisk, options);
  }

  /** Messages that failed and returned to their queue to be retried. */
  public metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.failed, options);
  }

  /** Outcomes that the event bus did not accept. The repair is done, but subscribers got no event. */
  public metricOutcomesNotPublished(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.outcomesNotPublished, options);
  }

  /** Calls that the function made to Amazon ECR. */
  public metricRegistryCalls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.registryCalls, options);
  }

  /**
   * Milliseconds from a push to its companion.
   *
   * @default - 95th percentile over 5 minutes
   */
  public metricTimeToCompanion(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.timeToCompanion, { statistic: cloudwatch.Stats.p(95), ...options });
  }

  private onEvent(id: string, detailType: string, options: events.OnEventOptions): events.Rule {
    const rule = new events.Rule(this, id, { ...options, eventBus: this.eventBus });
    rule.addEventPattern({ ...here(this), source: [EVENT_SOURCE], detailType: [detailType] });
    rule.addTarget(options.target);
    return rule;
  }
}
