export { Bus } from './bus';
export type { Undelivered } from './delivery';
export { eventsOperation, serveEvents } from './events-api';
export { InvalidEventPattern } from './invalid-event-pattern';
export { compilePattern } from './pattern';
export type { PutEntry } from './put-events';
