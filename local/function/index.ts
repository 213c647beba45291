export { FunctionHost, type LogLine } from './host';
export { type MetricTotal, totalMetrics } from './metrics';
export type { InvocationResult } from './result';
