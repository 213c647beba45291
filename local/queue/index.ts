export { Activity } from './activity';
export { type Cancel, type Clock, RealClock, SkippingClock } from './clock';
export type { Message, ReceivedMessage } from './message';
export { Poller } from './poller';
export { startPollers } from './pollers';
export { Queue } from './queue';
export { createQueues, type DeadLetter, type RunningQueue, readDeadLetters, redriveAll } from './queues';
export { NotSettled, settle } from './settle';
