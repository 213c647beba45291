export { FunctionHost, type LogLine } from './host';
export type { InvocationResult } from './messages';
export { Poller } from './poller';
