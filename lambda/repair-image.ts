import { companionStateOf, type Outcome } from './core/companion/outcome';
import { repair } from './core/companion/repair';
import { MEDIA_TYPE_DIMENSION, METRICS, OUTCOME_DETAIL_TYPE, REASON_DIMENSION } from './core/contract';
import { riskOfPushes } from './core/lifecycle/risk';
import { isOci } from './core/manifest/media-types';
import { type OutcomeDetail, outcomeDetail } from './events/outcome-event';
import type { RepairWork } from './events/work';
import type { Service } from './service';
import { emitMetrics, log, type MetricValues } from './telemetry';

/**
 * Repairs the companions of one source tag; each outcome is logged, counted and published.
 * @param pushes when ECR saw each push that this repair is for, in milliseconds since the epoch; none if nothing was pushed
 */
export async function repairImage(service: Service, work: RepairWork, pushes: readonly number[]): Promise<void> {
  const began = Date.now();
  const { registry, configuration } = service;
  const outcomes = await repair(registry, work.image, configuration.policy);
  const lifecycleRisk = outcomes.some(isNewCompanion) ? await riskOf(service, work) : undefined;
  const effort = { durationMs: Date.now() - began, registryCalls: registry.callCount };
  const details = outcomes.map((outcome) => ({
    ...outcomeDetail(outcome, configuration.address),
    ...(isNewCompanion(outcome) ? { lifecycleRisk } : {}),
  }));
  for (const detail of details) {
    log(detail.outcome === 'refused' || detail.lifecycleRisk !== undefined ? 'WARN' : 'INFO', 'image remediation', {
      eventId: work.request.id,
      ...detail,
      ...effort,
    });
  }
  const notPublished = await publish(service, work, details);
  emitMetrics(configuration.functionName, {
    ...(pushes.length > 0 ? countPushes(outcomes, pushes) : {}),
    ...countOutcomes(outcomes),
    [METRICS.registryCalls]: effort.registryCalls,
    ...(lifecycleRisk === undefined ? {} : { [METRICS.lifecycleRisk]: 1 }),
    ...(notPublished > 0 ? { [METRICS.outcomesNotPublished]: notPublished } : {}),
  });
  if (pushes.length > 0) {
    // CloudWatch takes no empty dimension, and a registry may name no media type.
    const mediaType = outcomes[0]?.source?.mediaType || 'none';
    emitMetrics(configuration.functionName, { [METRICS.pushed]: pushes.length }, { [MEDIA_TYPE_DIMENSION]: mediaType });
  }
  for (const { reason } of details.filter(({ outcome }) => outcome === 'refused')) {
    emitMetrics(configuration.functionName, { [METRICS.refused]: 1 }, { [REASON_DIMENSION]: reason ?? '' });
  }
}

const isNewCompanion = (outcome: Outcome): boolean => companionStateOf(outcome) === 'missing';

/** The companion is put by now, so an error is no reason to do it again: the next push or audit asks too. */
async function riskOf(
  { registry, configuration }: Service,
  { image, request }: RepairWork,
): Promise<string | undefined> {
  try {
    const lifecycle = await registry.recentLifecyclePolicy(image.repository);
    return riskOfPushes(lifecycle, [image.tag], configuration.policy);
  } catch (error) {
    log('WARN', 'lifecycle policy not read', { eventId: request.id, ...image, error: String(error) });
    return undefined;
  }
}

/**
 * The companion is current by now, so an event that is lost must not bring the message back: it is logged and counted instead.
 * @returns how many outcomes were not published
 */
async function publish(service: Service, { request }: RepairWork, details: readonly OutcomeDetail[]): Promise<number> {
  try {
    await service.publish(details.map((detail) => ({ detailType: OUTCOME_DETAIL_TYPE, detail })));
    return 0;
  } catch (error) {
    log('ERROR', 'outcomes not published', { eventId: request.id, error: String(error), details });
    return details.length;
  }
}

const numberOf = (outcomes: readonly Outcome[], name: Outcome['outcome']): number =>
  outcomes.filter(({ outcome }) => outcome === name).length;

const countOutcomes = (outcomes: readonly Outcome[]): MetricValues => ({
  [METRICS.converted]: numberOf(outcomes, 'converted'),
  [METRICS.aliased]: numberOf(outcomes, 'aliased'),
  [METRICS.unchanged]: numberOf(outcomes, 'unchanged'),
  [METRICS.skipped]: numberOf(outcomes, 'skipped'),
  [METRICS.refused]: numberOf(outcomes, 'refused'),
});

function countPushes(outcomes: readonly Outcome[], pushes: readonly number[]): MetricValues {
  const isOciImage = outcomes.some(({ outcome, source }) => source && isOci(source.mediaType) && outcome !== 'skipped');
  const wasWritten = numberOf(outcomes, 'converted') + numberOf(outcomes, 'aliased') > 0;
  return {
    [METRICS.pushed]: pushes.length,
    [METRICS.ociImagesPushed]: isOciImage ? pushes.length : 0,
    ...(wasWritten ? { [METRICS.timeToCompanion]: Math.max(0, Date.now() - Math.min(...pushes)) } : {}),
  };
}
