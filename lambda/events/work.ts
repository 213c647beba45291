import { type AuditCounts, NO_COUNTS } from '../core/audit/counts';
import type { ImageTag } from '../core/companion/outcome';
import { EVENT_SOURCE, REQUESTS } from '../core/contract';
import { fieldsOf, mustBe, numberIn, optionalFlagIn, optionalTextIn, textIn, UnreadableEvent } from './fields';

/** The event that requests some work. */
export interface RequestContext {
  readonly id: string;
  readonly account: string;
  readonly region: string;
}

export interface RepairWork {
  readonly kind: 'repair';
  readonly request: RequestContext;
  readonly image: ImageTag;
  /** When ECR saw the push, in milliseconds since the epoch; absent if nothing was pushed. */
  readonly pushedAt?: number;
  /** Whether someone waits for the companion. What was replicated, and what an audit found, can wait longer. */
  readonly isUrgent: boolean;
  /** Whether an audit found it. The next audits find it too, as long as it's refused. */
  readonly isAuditFinding?: true;
  /** When it was requested, in milliseconds since the epoch; absent if it's for something that happened in ECR. */
  readonly requestedAt?: number;
}

export interface AuditWork {
  readonly request: RequestContext;
  /** Whether images of any age get their companions, and not only those of the audit window. */
  readonly isBackfill: boolean;
  /** Whether companions are put whatever the lifecycle policy of their repository would do. */
  readonly isDespiteLifecycle: boolean;
  readonly nextToken?: string;
  /** How often this audit began again because ECR no longer knew its page token. */
  readonly restarts: number;
}

export interface RegistryAuditWork extends AuditWork {
  readonly kind: 'registry-audit';
}

export interface RepositoryAuditWork extends AuditWork {
  readonly kind: 'repository-audit';
  readonly repository: string;
  /** In milliseconds since the epoch. */
  readonly requestedAt: number;
  /** What the earlier pages of this audit found. */
  readonly counts: AuditCounts;
  /** That an earlier page found, if any did. */
  readonly lifecycleRisk?: string;
}

export type Work = RepairWork | RegistryAuditWork | RepositoryAuditWork;

/**
 * @param body an EventBridge event as JSON
 * @throws UnreadableEvent that names the field
 */
export function readWork(body: string): Work {
  const event = fieldsOf(parse(body), 'the event');
  const request = { id: textIn(event, 'id'), account: textIn(event, 'account'), region: textIn(event, 'region') };
  const detail = fieldsOf(event.detail, 'detail');
  switch (`${event.source} ${event['detail-type']}`) {
    case 'aws.ecr ECR Image Action':
      if (detail['action-type'] === 'DELETE')
        return { kind: 'repair', request, image: imageIn(detail), isUrgent: true };
      mustBe(detail, 'action-type', 'PUSH');
      return pushed(request, event, detail, true);
    case 'aws.ecr ECR Replication Action':
      mustBe(detail, 'action-type', 'REPLICATE');
      return pushed(request, event, detail, false);
    case 'aws.events Scheduled Event':
    case `${EVENT_SOURCE} ${REQUESTS.registryAudit}`:
      return { kind: 'registry-audit', request, ...auditFields(detail) };
    case `${EVENT_SOURCE} ${REQUESTS.repositoryAudit}`: {
      const repository = textIn(detail, 'repository');
      return {
        kind: 'repository-audit',
        request,
        repository,
        requestedAt: timeOf(event),
        ...auditFields(detail),
        counts: countsIn(detail.counts),
        ...optionalTextIn(detail, 'lifecycleRisk'),
      };
    }
    case `${EVENT_SOURCE} ${REQUESTS.imageRepair}`:
    // The same work: only its function is another, which may upload layers.
    case `${EVENT_SOURCE} ${REQUESTS.imageRecompression}`:
      return {
        kind: 'repair',
        request,
        image: { repository: textIn(detail, 'repository'), tag: textIn(detail, 'tag') },
        isUrgent: false,
        requestedAt: timeOf(event),
        ...(optionalFlagIn(detail, 'audit') ? { isAuditFinding: true } : {}),
      };
    default:
      throw new UnreadableEvent(
        `an event of source ${JSON.stringify(event.source)} and detail-type ${JSON.stringify(event['detail-type'])} is not a request that this service knows`,
      );
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
function pushed(request: RequestContext, event: Fields, detail: Fields, isUrgent: boolean): RepairWork {
  mustBe(detail, 'result', 'SUCCESS');
  return { kind: 'repair', request, image: imageIn(detail), pushedAt: timeOf(event), isUrgent };
}

function timeOf(event: Fields): number {
  const time = Date.parse(textIn(event, 'time'));
  if (Number.isNaN(time)) throw new UnreadableEvent(`time is ${JSON.stringify(event.time)}, expected a timestamp`);
  return time;
}

const auditFields = (detail: Fields) => ({
  isBackfill: optionalFlagIn(detail, 'backfill'),
  isDespiteLifecycle: optionalFlagIn(detail, 'despiteLifecycle'),
  restarts: detail.restarts === undefined ? 0 : numberIn(detail, 'restarts'),
  ...optionalTextIn(detail, 'nextToken'),
});

function imageIn(detail: Fields): ImageTag {
  const tag = detail['image-tag'] === undefined || detail['image-tag'] === '' ? '' : textIn(detail, 'image-tag');
  return { repository: textIn(detail, 'repository-name'), tag };
}

function countsIn(value: unknown): AuditCounts {
  if (value === undefined) return NO_COUNTS;
  const counts = fieldsOf(value, 'counts');
  const refused = fieldsOf(counts.refused ?? {}, 'counts.refused');
  return {
    images: numberIn(counts, 'images'),
    ociImages: numberIn(counts, 'ociImages'),
    upToDate: numberIn(counts, 'upToDate'),
    requested: numberIn(counts, 'requested'),
    refused: Object.fromEntries(Object.keys(refused).map((reason) => [reason, numberIn(refused, reason)])),
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new UnreadableEvent(`the message body is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}
