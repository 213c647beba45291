export { FunctionHost, type LogLine } from './host';
export { Poller } from './poller';
export type { InvocationResult } from './result';
