import { auditRegistry } from './audit-registry';
import { auditRepository } from './audit-repository';
import { METRICS } from './core/contract';
import { TransientFailure } from './core/errors';
import { readWork, type Work } from './events/work';
import { repairImage } from './repair-image';
import type { Invocation, Service } from './service';
import { emitMetrics, log } from './telemetry';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
export interface Batch {
  readonly Records: readonly Message[];
}
interface Message {
  readonly messageId: string;
  readonly body: string;
}
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Work that all these messages request: the same tag, pushed several times, is repaired once. */
interface Job {
  work: Work;
  readonly messages: Message[];
  /** When ECR saw each push of it, in milliseconds since the epoch. */
  readonly pushes: number[];
  readonly eventIds: string[];
}

/** What is left of the invocation for the pace of the last put, for the log and for the answer. */
const RESERVE_MS = 5_000;
/** Work that begins later than this would hardly be finished. */
const SHORTEST_WORK_MS = 5_000;
/** A repository whose calls hang takes no longer than this from its message's invocation. An audit page takes some seconds. */
const LONGEST_WORK_MS = 40_000;

const outOfTime = () => new TransientFailure('the work was not done in time');

/** Does what each event in the batch requests. A message that fails, or for which there is no time, goes back to its queue, alone. */
export async function handleBatch(
  invocation: Invocation,
  { Records }: Batch,
  context: LambdaContext,
  longestWorkMs: number = LONGEST_WORK_MS,
): Promise<BatchResponse> {
  const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const { jobs, unreadable } = jobsOf(invocation, Records);
  const failed = await Promise.all(jobs.map((job) => failuresOf(invocation, job, deadline, longestWorkMs)));
  await invocation.rest();
  return {
    batchItemFailures: [...unreadable, ...failed.flat()].map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
}

function jobsOf(
  invocation: Invocation,
  messages: readonly Message[],
): { readonly jobs: readonly Job[]; readonly unreadable: readonly Message[] } {
  const jobs = new Map<string, Job>();
  const unreadable: Message[] = [];
  for (const message of messages) {
    try {
      const work = readWork(message.body);
      if (isForeign(invocation, work)) continue;
      const key = work.kind === 'repair' ? `${work.image.repository}:${work.image.tag}` : message.messageId;
      const job = jobs.get(key) ?? { work, messages: [], pushes: [], eventIds: [] };
      job.messages.push(message);
      if (work.kind === 'repair' && work.pushedAt !== undefined) job.pushes.push(work.pushedAt);
      job.eventIds.push(work.request.id);
      if (isUrgent(work) && !isUrgent(job.work)) job.work = work;
      jobs.set(key, job);
    } catch (error) {
      reportFailure(invocation, [message], error);
      unreadable.push(message);
    }
  }
  return { jobs: [...jobs.values()], unreadable };
}

/** Events can be forwarded from other accounts and Regions. Their repositories are not ours, though the names may be the same. */
function isForeign({ configuration }: Invocation, { request }: Work): boolean {
  const { account, region } = configuration.address;
  if (request.account === account && request.region === region) return false;
  log('WARN', 'an event of another account or Region is ignored', { eventId: request.id, ...request });
  return true;
}

const isUrgent = (work: Work): boolean => work.kind === 'repair' && work.isUrgent;

async function failuresOf(
  invocation: Invocation,
  job: Job,
  deadline: number,
  longestWorkMs: number,
): Promise<readonly Message[]> {
  const left = deadline - Date.now();
  if (left < SHORTEST_WORK_MS) {
    reportFailure(invocation, job.messages, outOfTime());
    return job.messages;
  }
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(outOfTime()), Math.min(left, longestWorkMs));
  try {
    await invocation.run(isUrgent(job.work), abort.signal, (service) => doWork(service, job));
    return [];
  } catch (error) {
    reportFailure(invocation, job.messages, error);
    return job.messages;
  } finally {
    clearTimeout(timer);
  }
}

function doWork(service: Service, { work, pushes, eventIds }: Job): Promise<void> {
  switch (work.kind) {
    case 'repair':
      return repairImage(
        service,
        work,
        pushes,
        eventIds.filter((id) => id !== work.request.id),
      );
    case 'registry-audit':
      return auditRegistry(service, work);
    case 'repository-audit':
      return auditRepository(service, work);
  }
}

function reportFailure({ configuration }: Invocation, messages: readonly Message[], thrown: unknown): void {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  for (const { messageId, body } of messages)
    log('ERROR', 'the message goes back to the queue', {
      messageId,
      error: name,
      detail: message,
      stack,
      body: body.slice(0, 2_000),
    });
  emitMetrics(configuration.functionName, { [METRICS.failed]: messages.length });
}
