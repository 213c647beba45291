import { invalidParameter } from '../errors';
import type { Input } from './input';

export interface Page<T> {
  readonly rows: readonly T[];
  readonly nextToken?: string;
}

const encode = (key: string) => Buffer.from(key).toString('base64url');

function decode(token: string): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (encode(key) !== token) throw invalidParameter('nextToken', 'Invalid token');
  return key;
}

/**
 * One page of rows: `maxResults` 1-1000 (default 100) of them, after the row of `nextToken`.
 * @param keyOf a row's position; the rows must be in rising order of it
 */
export function page<T>(input: Input, rows: Iterable<T>, keyOf: (row: T) => string): Page<T> {
  const size = input.optionalInteger('maxResults', { min: 1, max: 1000 }) ?? 100;
  const token = input.optionalString('nextToken');
  const after = token === undefined ? '' : decode(token);
  const found: T[] = [];
  for (const row of rows) {
    if (keyOf(row) <= after) continue;
    const last = found.at(-1);
    if (found.length === size && last !== undefined) return { rows: found, nextToken: encode(keyOf(last)) };
    found.push(row);
  }
  return { rows: found };
}
