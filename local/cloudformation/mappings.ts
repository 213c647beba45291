import { asBoolean, asList, asNumber, asObject, asString, asStrings, type JsonObject, optional } from '../aws/json';
import type { Resource } from './resources';

/** An event source mapping: which queue feeds which function, and how. */
export interface MappingView {
  readonly logicalId: string;
  readonly queueArn: string;
  /** As written: the function's name or ARN. */
  readonly functionName: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maximumConcurrency?: number;
  readonly reportBatchItemFailures: boolean;
  readonly filters: readonly JsonObject[];
}

export function readMappings(resources: readonly Resource[]): readonly MappingView[] {
  return resources.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping').map(readMapping);
}

/** Limits: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function readMapping(mapping: Resource): MappingView {
  const { path } = mapping;
  const scaling = asObject(mapping.get('ScalingConfig') ?? {}, `${path}.ScalingConfig`);
  const criteria = asObject(mapping.get('FilterCriteria') ?? {}, `${path}.FilterCriteria`);
  const responses = asStrings(mapping.get('FunctionResponseTypes') ?? [], `${path}.FunctionResponseTypes`);
  const batchSize = optional(mapping.get('BatchSize'), `${path}.BatchSize`, asNumber) ?? 10;
  const windowSeconds =
    optional(mapping.get('MaximumBatchingWindowInSeconds'), `${path}.MaximumBatchingWindowInSeconds`, asNumber) ?? 0;
  const maximumConcurrency = optional(scaling.MaximumConcurrency, `${path}.ScalingConfig.MaximumConcurrency`, asNumber);
  within(batchSize, 1, 10_000, `${path}.BatchSize`);
  within(windowSeconds, 0, 300, `${path}.MaximumBatchingWindowInSeconds`);
  if (maximumConcurrency !== undefined)
    within(maximumConcurrency, 2, 1_000, `${path}.ScalingConfig.MaximumConcurrency`);
  if (batchSize > 10 && windowSeconds < 1) {
    throw new Error(`${path}.BatchSize: ${batchSize} messages need a MaximumBatchingWindowInSeconds of at least 1`);
  }
  return {
    logicalId: mapping.logicalId,
    queueArn: asString(mapping.get('EventSourceArn'), `${path}.EventSourceArn`),
    functionName: asString(mapping.get('FunctionName'), `${path}.FunctionName`),
    enabled: optional(mapping.get('Enabled'), `${path}.Enabled`, asBoolean) ?? true,
    batchSize,
    windowSeconds,
    ...(maximumConcurrency === undefined ? {} : { maximumConcurrency }),
    reportBatchItemFailures: responses.includes('ReportBatchItemFailures'),
    filters: asList(criteria.Filters ?? [], `${path}.FilterCriteria.Filters`).map((filter, index) => {
      const at = `${path}.FilterCriteria.Filters[${index}]`;
      return asObject(JSON.parse(asString(asObject(filter, at).Pattern, `${at}.Pattern`)), `${at}.Pattern`);
    }),
  };
}

function within(value: number, least: number, most: number, path: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`${path}: expected a whole number from ${least} to ${most}, got ${value}`);
}
