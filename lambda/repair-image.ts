import { companionStateOf, type Outcome } from './core/companion/outcome';
import { repair } from './core/companion/repair';
import { policyOfRepository } from './core/companion/repository-settings';
import { MEDIA_TYPE_DIMENSION, METRICS, OUTCOME_DETAIL_TYPE, REASON_DIMENSION, REQUESTS } from './core/contract';
import { riskOfMoves, riskOfPushes } from './core/lifecycle/risk';
import { isOci } from './core/manifest/media-types';
import { type OutcomeDetail, outcomeDetail } from './events/outcome-event';
import type { OwnEvent } from './events/put-events';
import type { RepairWork } from './events/work';
import type { Service } from './service';
import { emitMetrics, log, type MetricValues } from './telemetry';

/**
 * Repairs the companions of one source tag; each outcome is logged, counted and published.
 * @param pushes when ECR saw each push that this repair is for, in milliseconds since the epoch; none if nothing was pushed
 * @param mergedEventIds further events of the same tag, which came in the same batch
 */
export async function repairImage(
  service: Service,
  work: RepairWork,
  pushes: readonly number[],
  mergedEventIds: readonly string[] = [],
): Promise<void> {
  const began = Date.now();
  const { registry, configuration } = service;
  if (work.requestedAt !== undefined) registry.forgetResourceTagsBefore(work.image.repository, work.requestedAt);
  const outcomes = await repair(registry, work.image, configuration.policy, service.recompressor);
  if (outcomes.some(({ outcome }) => outcome === 'recompressing')) await service.request([requestFor(work)]);
  const lifecycleRisk = outcomes.some(wasPut) ? await riskOf(service, work, outcomes) : undefined;
  const effort = { durationMs: Date.now() - began, registryCalls: registry.callCount };
  const details = outcomes.map((outcome) => ({
    ...outcomeDetail(outcome, configuration.address),
    ...(lifecycleRisk !== undefined && wasPut(outcome) ? { lifecycleRisk } : {}),
  }));
  for (const detail of details) {
    log(detail.outcome === 'refused' || detail.lifecycleRisk !== undefined ? 'WARN' : 'INFO', 'image remediation', {
      eventId: work.request.id,
      ...(mergedEventIds.length > 0 ? { mergedEventIds } : {}),
      ...detail,
      ...effort,
    });
  }
  const notPublished = await publish(service, work, details);
  emitMetrics(configuration.functionName, {
    ...(pushes.length > 0 ? countPushes(outcomes, pushes) : {}),
    ...countOutcomes(outcomes),
    // The alarm goes off for a push or a request, and not every day for what audits find. The count by reason has them all.
    ...(work.isAuditFinding ? { [METRICS.refused]: 0 } : {}),
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

const requestFor = ({ image, isAuditFinding }: RepairWork): OwnEvent => ({
  detailType: REQUESTS.imageRecompression,
  detail: { ...image, ...(isAuditFinding ? { audit: true } : {}) },
});

const wasPut = ({ outcome }: Outcome): boolean => outcome === 'converted' || outcome === 'aliased';
const isNew = (outcome: Outcome): boolean => wasPut(outcome) && companionStateOf(outcome) === 'missing';
const isMoved = (outcome: Outcome): boolean => wasPut(outcome) && companionStateOf(outcome) === 'out-of-date';

/** The companion is put by now, so an error is no reason to do it again: the next push or audit asks too. */
async function riskOf(
  { registry, configuration }: Service,
  { image, request }: RepairWork,
  outcomes: readonly Outcome[],
): Promise<string | undefined> {
  try {
    const lifecycle = await registry.recentLifecyclePolicy(image.repository);
    const policy = await policyOfRepository(registry, image.repository, configuration.policy);
    const risk = outcomes.some(isNew) ? riskOfPushes(lifecycle, [image.tag], policy) : undefined;
    return risk ?? (outcomes.some(isMoved) ? riskOfMoves(lifecycle) : undefined);
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
  ...countRecompressions(outcomes),
});

/** Only where something is recompressed: a metric that is always 0 costs as much as any other. */
function countRecompressions(outcomes: readonly Outcome[]): MetricValues {
  const recompressing = numberOf(outcomes, 'recompressing');
  const recompressed = outcomes.flatMap((outcome) =>
    outcome.outcome === 'converted' && outcome.recompressed ? [outcome.recompressed] : [],
  );
  return {
    ...(recompressing > 0 ? { [METRICS.recompressing]: recompressing } : {}),
    ...(recompressed.length > 0
      ? {
          [METRICS.recompressed]: recompressed.length,
          [METRICS.recompressedBytes]: recompressed.reduce((sum, { bytes }) => sum + bytes, 0),
        }
      : {}),
  };
}

function countPushes(outcomes: readonly Outcome[], pushes: readonly number[]): MetricValues {
  const isOciImage = outcomes.some(({ outcome, source }) => source && isOci(source.mediaType) && outcome !== 'skipped');
  const wasWritten = numberOf(outcomes, 'converted') + numberOf(outcomes, 'aliased') > 0;
  return {
    [METRICS.pushed]: pushes.length,
    [METRICS.ociImagesPushed]: isOciImage ? pushes.length : 0,
    ...(wasWritten ? { [METRICS.timeToCompanion]: Math.max(0, Date.now() - Math.min(...pushes)) } : {}),
  };
}
