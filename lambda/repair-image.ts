import type { Outcome } from './core/companion/outcome';
import { repair } from './core/companion/repair';
import { MEDIA_TYPE_DIMENSION, METRICS, OUTCOME_DETAIL_TYPE, REASON_DIMENSION } from './core/contract';
import { isOci } from './core/manifest/media-types';
import { type OutcomeDetail, outcomeDetail } from './events/outcome-event';
import type { RepairWork } from './events/work';
import type { Service } from './service';
import { emitMetrics, log, type MetricValues } from './telemetry';

/** Repairs the companions of one source tag; each outcome is logged, counted and published. */
export async function repairImage(service: Service, work: RepairWork): Promise<void> {
  const began = Date.now();
  const registry = service.registry(work.request, work.pushedAt !== undefined);
  const outcomes = await repair(registry, work.image, service.configuration.policy);
  const effort = { durationMs: Date.now() - began, registryCalls: registry.callCount };
  const details = outcomes.map((outcome) => outcomeDetail(outcome, work.request));
  for (const detail of details) {
    log(detail.outcome === 'refused' ? 'WARN' : 'INFO', 'image remediation', {
      eventId: work.request.id,
      ...detail,
      ...effort,
    });
  }
  const notPublished = await publish(service, work, details);
  emitMetrics(service.configuration.functionName, {
    ...(work.pushedAt === undefined ? {} : countPush(outcomes, work.pushedAt)),
    ...countOutcomes(outcomes),
    [METRICS.registryCalls]: effort.registryCalls,
    ...(notPublished > 0 ? { [METRICS.outcomesNotPublished]: notPublished } : {}),
  });
  if (work.pushedAt !== undefined) {
    emitMetrics(
      service.configuration.functionName,
      { [METRICS.pushed]: 1 },
      { [MEDIA_TYPE_DIMENSION]: outcomes[0]?.source?.mediaType ?? 'none' },
    );
  }
  for (const { reason } of details.filter(({ outcome }) => outcome === 'refused')) {
    emitMetrics(service.configuration.functionName, { [METRICS.refused]: 1 }, { [REASON_DIMENSION]: reason ?? '' });
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

function countPush(outcomes: readonly Outcome[], pushedAt: number): MetricValues {
  const isOciImage = outcomes.some(({ outcome, source }) => source && isOci(source.mediaType) && outcome !== 'skipped');
  const wasWritten = numberOf(outcomes, 'converted') + numberOf(outcomes, 'aliased') > 0;
  return {
    [METRICS.pushed]: 1,
    [METRICS.ociImagesPushed]: isOciImage ? 1 : 0,
    ...(wasWritten ? { [METRICS.timeToCompanion]: Math.max(0, Date.now() - pushedAt) } : {}),
  };
}
