import { AnswerNotTaken, putAnswer } from './put-answer';
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
    await answer(ResponseURL, JSON.stringify({ Status: 'SUCCESS', ...ids, PhysicalResourceId: id, Data: attributes }));
  } catch (error) {
    if (error instanceof AnswerNotTaken) throw error;
    log('ERROR', 'the resource was not provided', { ...ids, error: String(error), ...stackOf(error) });
    const id = PhysicalResourceId ?? `${LogicalResourceId}-not-created`;
    await answer(ResponseURL, failureOf(sentenceOf(error, context), { ...ids, PhysicalResourceId: id }));
  }
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
  return `${name}: ${message}. Deploy again. If it fails again, deploy with --no-rollback: the log group ${logGroupName}, which a rollback deletes, has more under the request ${awsRequestId}.`;
}

const stackOf = (error: unknown) => (error instanceof Error ? { stack: error.stack } : {});

/** With as much of the reason as CloudFormation takes. */
function failureOf(reason: string, ids: object): string {
  const body = JSON.stringify({ Status: 'FAILED', Reason: reason, ...ids });
  if (Buffer.byteLength(body) <= MAX_ANSWER_BYTES) return body;
  return failureOf(`${reason.slice(0, -Math.ceil(reason.length / 10))}…`, ids);
}
