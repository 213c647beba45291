import type { IncomingMessage } from 'node:http';

/**
 * The whole body, or nothing if it's longer than the limit (bytes). The rest of a longer one is read and dropped: a client
 * that is still sending when the server hangs up doesn't get the answer.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= limit ? Buffer.concat(chunks, length) : undefined;
}
