export { Bus } from './bus';
export { eventsOperation, serveEvents } from './events-api';
export { InvalidEventPattern } from './invalid-event-pattern';
export { compilePattern } from './pattern';
export type { PutEntry } from './put-events';
