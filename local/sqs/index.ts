export type { Message, ReceivedMessage } from './message';
export { Queue } from './queue';
export { createQueues, type DeadLetter, type RunningQueue, readDeadLetters, redriveAll } from './queues';
