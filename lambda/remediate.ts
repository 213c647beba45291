import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { readConfiguration } from './configuration';
import { isOci } from './core/media-types';
import { METRICS } from './core/names';
import type { Outcome } from './core/outcome';
import { repair } from './core/repair';
import { EcrRegistry } from './ecr/ecr-registry';
import { Pacer } from './ecr/pacer';
import { outcomeDetail } from './events/outcome-event';
import { publishOutcomes } from './events/publish';
import { type PushEvent, readPushEvent } from './events/push-event';
import { emitMetrics, type LogLevel, log, type MetricValues } from './telemetry';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
interface Batch {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}
interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const configuration = readConfiguration(process.env);
const clientOptions = { maxAttempts: 4, requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000 } };
const ecr = new ECRClient(clientOptions);
const eventBridge = new EventBridgeClient(clientOptions);
const pacer = new Pacer(configuration.putImagesPerSecond);

/** Repairs the companion of each image in the batch; a message that fails goes back to the queue, alone. */
export async function handler(batch: Batch): Promise<BatchResponse> {
  const failed = await Promise.all(
    batch.Records.map(async ({ messageId, body }) =>
      (await remediate(messageId, body)) ? [] : [{ itemIdentifier: messageId }],
    ),
  );
  return { batchItemFailures: failed.flat() };
}

/** @returns whether the message is done with */
async function remediate(messageId: string, body: string): Promise<boolean> {
  try {
    const event = readPushEvent(body);
    const began = Date.now();
    const registry = new EcrRegistry(ecr, pacer);
    const outcomes = await repair(registry, event.image, configuration.policy);
    await report(event, outcomes, { durationMs: Date.now() - began, registryCalls: registry.calls });
    return true;
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    log('ERROR', 'the message goes back to the queue', {
      messageId,
      error: name,
      detail: message,
      stack,
      body: body.slice(0, 2_000),
    });
    emitMetrics(configuration.functionName, { [METRICS.failed]: 1 });
    return false;
  }
}

const LEVELS: Partial<Record<Outcome['outcome'], LogLevel>> = { refused: 'WARN' };

/** Each outcome is logged, counted and published. */
async function report(
  event: PushEvent,
  outcomes: readonly Outcome[],
  effort: { durationMs: number; registryCalls: number },
): Promise<void> {
  const details = outcomes.map((outcome) => outcomeDetail(outcome, event));
  for (const detail of details)
    log(LEVELS[detail.outcome] ?? 'INFO', 'image remediation', { eventId: event.id, ...detail, ...effort });
  const published = await publish(event, details);
  emitMetrics(configuration.functionName, {
    ...countOutcomes(outcomes, event.at),
    [METRICS.registryCalls]: effort.registryCalls,
    ...(published ? {} : { [METRICS.outcomesNotPublished]: details.length }),
  });
}

/** The companion is right by now, so an event that is lost must not make the message come back: it is logged and counted instead. */
async function publish(event: PushEvent, details: Parameters<typeof publishOutcomes>[2]): Promise<boolean> {
  try {
    await publishOutcomes(eventBridge, configuration.eventBusName, details);
    return true;
  } catch (error) {
    log('ERROR', 'outcomes not published', { eventId: event.id, error: String(error), details });
    return false;
  }
}

function countOutcomes(outcomes: readonly Outcome[], pushedAt: number): MetricValues {
  const count = (name: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === name).length;
  const isImage = outcomes.some(
    ({ source, ...rest }) => source && isOci(source.mediaType) && rest.outcome !== 'skipped',
  );
  const written = count('converted') + count('aliased');
  return {
    [METRICS.ociImagesPushed]: isImage ? 1 : 0,
    [METRICS.converted]: count('converted'),
    [METRICS.aliased]: count('aliased'),
    [METRICS.unchanged]: count('unchanged'),
    [METRICS.skipped]: count('skipped'),
    [METRICS.refused]: count('refused'),
    ...(written > 0 ? { [METRICS.timeToCompanion]: Math.max(0, Date.now() - pushedAt) } : {}),
  };
}
