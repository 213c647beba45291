import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../aws/http-body';
import { isObject } from '../aws/json';

/** What CloudFormation makes of the answer of a function. */
export type ResourceAnswer =
  | { readonly status: 'SUCCESS'; readonly id: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly status: 'FAILED'; readonly id?: string; readonly reason: string };

/** What the answer must name again. */
export interface RequestIds {
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

const PATH = '/cloudformation-custom-resource-response/';
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const MAX_BYTES = 4_096;
const MAX_ID_CHARACTERS = 1_024;

/** The URLs to which functions send their answers: on AWS, those of objects in a bucket of CloudFormation. */
export class Answers {
  readonly #open = new Map<string, RequestIds>();
  readonly #received = new Map<string, ResourceAnswer>();

  /** @returns the path and the query of a URL for one answer */
  open(ids: RequestIds): string {
    const path = `${PATH}${randomUUID()}`;
    this.#open.set(path, ids);
    return `${path}?X-Amz-Signature=${randomUUID()}`;
  }

  /** The first answer that was sent to the URL. */
  of(url: string): ResourceAnswer | undefined {
    return this.#received.get(pathOf(url));
  }

  /** @returns whether the request was one of these */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const path = pathOf(request.url ?? '');
    if (!path.startsWith(PATH)) return false;
    const ids = this.#open.get(path);
    const body = await readBody(request, MAX_BYTES);
    // The signature is of a request without a content type.
    const isSigned = request.method === 'PUT' && !request.headers['content-type'] && ids !== undefined;
    response.writeHead(isSigned ? 200 : 403).end();
    if (isSigned && !this.#received.has(path)) this.#received.set(path, readAnswer(body, ids));
    return true;
  }
}

const pathOf = (url: string): string => new URL(url, 'http://cloudformation').pathname;

function readAnswer(body: Buffer | undefined, ids: RequestIds): ResourceAnswer {
  const failed = (reason: string): ResourceAnswer => ({ status: 'FAILED', reason });
  if (!body) return failed('Response object is too long.');
  const answer = parse(body);
  if (!answer) return failed('Invalid response object: it is not a JSON object');
  for (const [name, value] of Object.entries(ids))
    if (answer[name] !== value) return failed(`Invalid response object: ${name} is ${JSON.stringify(answer[name])}`);
  const { Status, PhysicalResourceId: id, Reason, Data } = answer;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARACTERS) return failed('Invalid PhysicalResourceId');
  if (Status === 'FAILED')
    return typeof Reason === 'string' ? { status: Status, id, reason: Reason } : failed('Invalid Reason');
  if (Status !== 'SUCCESS') return failed(`Invalid Status: ${JSON.stringify(Status)}`);
  const attributes = Object.entries(isObject(Data) ? Data : {}).map(([name, value]) => [name, String(value)]);
  return { status: Status, id, attributes: Object.fromEntries(attributes) };
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
