import { asBoolean, asNumber, asObject, asString, asStrings, optional } from '../aws/json';
import { type Resource, refuse } from './resources';

/** An event source mapping: which queue feeds which function, and how. */
export interface MappingView {
  readonly logicalId: string;
  readonly queueArn: string;
  /** As written: the function's name or ARN. */
  readonly functionName: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly maximumConcurrency?: number;
  readonly reportBatchItemFailures: boolean;
}

export function readMappings(resources: readonly Resource[]): readonly MappingView[] {
  return resources.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping').map(readMapping);
}

/** Limits: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function readMapping(mapping: Resource): MappingView {
  const { path } = mapping;
  refuse(mapping, ['FilterCriteria', 'MaximumBatchingWindowInSeconds']);
  const scaling = asObject(mapping.get('ScalingConfig') ?? {}, `${path}.ScalingConfig`);
  const responses = asStrings(mapping.get('FunctionResponseTypes') ?? [], `${path}.FunctionResponseTypes`);
  const batchSize = optional(mapping.get('BatchSize'), `${path}.BatchSize`, asNumber) ?? 10;
  const maximumConcurrency = optional(scaling.MaximumConcurrency, `${path}.ScalingConfig.MaximumConcurrency`, asNumber);
  // Larger batches need a batching window.
  within(batchSize, 1, 10, `${path}.BatchSize`);
  if (maximumConcurrency !== undefined)
    within(maximumConcurrency, 2, 1_000, `${path}.ScalingConfig.MaximumConcurrency`);
  return {
    logicalId: mapping.logicalId,
    queueArn: asString(mapping.get('EventSourceArn'), `${path}.EventSourceArn`),
    functionName: asString(mapping.get('FunctionName'), `${path}.FunctionName`),
    enabled: optional(mapping.get('Enabled'), `${path}.Enabled`, asBoolean) ?? true,
    batchSize,
    maximumConcurrency,
    reportBatchItemFailures: responses.includes('ReportBatchItemFailures'),
  };
}

function within(value: number, least: number, most: number, path: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`${path}: expected a whole number from ${least} to ${most}, got ${value}`);
}
