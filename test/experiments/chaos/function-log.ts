import { isObject, type JsonObject } from '../../../local/aws/json';
import type { LogLine } from '../../../local/lambda';

/** What the function told of its work. */
export interface Told {
  /** Outcome lines of the log by the event that asked for the work. */
  readonly outcomes: ReadonlyMap<string, readonly JsonObject[]>;
  /** Of these events, outcomes could not be published, and the log says so. */
  readonly notPublished: ReadonlySet<string>;
}

export function readLog(lines: readonly LogLine[]): Told {
  const outcomes = new Map<string, JsonObject[]>();
  const notPublished = new Set<string>();
  for (const { line } of lines) {
    const entry = parse(line);
    if (typeof entry?.eventId !== 'string') continue;
    const { eventId, mergedEventIds } = entry;
    if (entry.message === 'image remediation')
      for (const id of [eventId, ...(Array.isArray(mergedEventIds) ? mergedEventIds : [])])
        outcomes.set(id, [...(outcomes.get(id) ?? []), entry]);
    if (entry.message === 'outcomes not published') notPublished.add(entry.eventId);
  }
  return { outcomes, notPublished };
}

/** Says the same of an outcome's log line and of its event. */
export const outcomeKey = ({ repository, sourceTag, sourceDigest, outcome, reason }: JsonObject): string =>
  JSON.stringify([repository, sourceTag, sourceDigest, outcome, reason]);

function parse(line: string): JsonObject | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return isObject(entry) ? entry : undefined;
  } catch {
    return undefined; // A line that a killed process did not finish.
  }
}
