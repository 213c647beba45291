import { isObject, type JsonObject } from '../aws/json';
import { compilePattern } from '../eventbridge/pattern';

/**
 * Whether a message passes the FilterCriteria of a mapping: any one filter is enough, no filter passes everything.
 * A pattern on the fields of `body` needs a body that is JSON.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function compileFilters(filters: readonly JsonObject[]): (record: JsonObject) => boolean {
  const compiled = filters.map((filter) => ({ pattern: compilePattern(filter), json: isObject(filter.body) }));
  return (record) => {
    if (compiled.length === 0) return true;
    const parsed = parseBody(record);
    return compiled.some(({ pattern, json }) =>
      json ? parsed !== undefined && pattern.matches({ ...record, body: parsed }) : pattern.matches(record),
    );
  };
}

function parseBody(record: JsonObject): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(String(record.body));
    return isObject(body) ? body : undefined;
  } catch {
    return undefined; // Not JSON: a filter on its fields drops it, as AWS does.
  }
}
