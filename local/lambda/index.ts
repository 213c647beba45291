export { FunctionHost, type LogLine } from './host';
export { Poller } from './poller';
export { startPollers } from './pollers';
export type { InvocationResult } from './result';
