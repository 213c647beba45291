import { setTimeout as pause } from 'node:timers/promises';
import { log } from './telemetry';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface ResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** Absent if the resource is to be created. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/** What the template can refer to. */
export interface ProvidedResource {
  /** CloudFormation deletes the resource that had another one. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Something that a person must change. The message is what the stack's events say. */
export class NotProvided extends Error {
  override readonly name = 'NotProvided';
}

export interface ResourceContext {
  getRemainingTimeInMillis(): number;
  /** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
  readonly logGroupName: string;
  readonly awsRequestId: string;
}

/** Left of the invocation when the work must end, for the answer. */
const RESERVE_MS = 20_000;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const MAX_ANSWER_BYTES = 4_096;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;

/**
 * Answers CloudFormation, whatever happens: a stack waits for up to an hour for an answer that never comes.
 * @param provide makes the resource, or finds it; ends when the signal says so
 * @param answer sends the answer @default by HTTP
 * @throws if CloudFormation took no answer; Lambda then tries the request again
 */
export async function handleRequest(
  request: ResourceRequest,
  context: ResourceContext,
  provide: (request: ResourceRequest, signal: AbortSignal) => Promise<ProvidedResource>,
  answer: (url: string, body: string) => Promise<void> = putAnswer,
): Promise<void> {
  const { RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId, ResponseURL } = request;
  const ids = { StackId, RequestId, LogicalResourceId };
  try {
    // Nobody knows who else deployed the image, so it stays.
    const { id, attributes } =
      RequestType === 'Delete'
        ? { id: PhysicalResourceId ?? LogicalResourceId, attributes: {} }
        : await inTime(request, context, provide);
    await answer(ResponseURL, bodyOf({ Status: 'SUCCESS', ...ids, PhysicalResourceId: id, Data: attributes }));
  } catch (error) {
    if (error instanceof AnswerNotTaken) throw error;
    log('ERROR', 'the resource was not provided', { ...ids, error: String(error), ...stackOf(error) });
    const Reason = sentenceOf(error, context);
    const id = PhysicalResourceId ?? `${LogicalResourceId}-not-created`;
    await answer(ResponseURL, bodyOf({ Status: 'FAILED', Reason, ...ids, PhysicalResourceId: id }));
  }
}

/** CloudFormation has no answer, and a second one of another kind would not reach it either. */
export class AnswerNotTaken extends Error {
  override readonly name = 'AnswerNotTaken';
}

async function inTime(
  request: ResourceRequest,
  context: ResourceContext,
  provide: (request: ResourceRequest, signal: AbortSignal) => Promise<ProvidedResource>,
): Promise<ProvidedResource> {
  const ms = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`the work was not done within ${Math.round(ms / 1000)} seconds`);
      reject(error);
      abort.abort(error);
    }, ms);
  });
  const work = provide(request, abort.signal);
  // It may fail after the answer.
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function sentenceOf(error: unknown, { logGroupName, awsRequestId }: ResourceContext): string {
  if (error instanceof NotProvided) return error.message;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return `${name}: ${message}. Deploy again. If it fails again, the log group ${logGroupName} has more, under the request ${awsRequestId}.`;
}

const stackOf = (error: unknown) => (error instanceof Error ? { stack: error.stack } : {});

/** Shortens the reason until CloudFormation takes the answer. */
function bodyOf(answer: Readonly<Record<string, unknown>> & { readonly Reason?: string }): string {
  const body = JSON.stringify(answer);
  const { Reason } = answer;
  if (Reason === undefined || Buffer.byteLength(body) <= MAX_ANSWER_BYTES) return body;
  return bodyOf({ ...answer, Reason: `${Reason.slice(0, Math.floor(Reason.length * 0.9) - 1)}…` });
}

/** To the URL that CloudFormation signed. The signature is of a request without a content type, which a text would get. */
async function putAnswer(url: string, body: string): Promise<void> {
  let problem: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await pause(FIRST_PAUSE_MS * 2 ** attempt);
    try {
      const options = { method: 'PUT', body: new TextEncoder().encode(body), signal: AbortSignal.timeout(3_000) };
      const response = await fetch(url, options);
      await response.body?.cancel();
      if (response.ok) return;
      problem = `HTTP ${response.status}`;
    } catch (error) {
      problem = error;
    }
  }
  throw new AnswerNotTaken(`CloudFormation took no answer in ${ATTEMPTS} attempts: ${problem}`);
}
