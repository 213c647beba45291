export { Bus } from './bus';
export { eventsOperation, serveEvents } from './events-api';
export { InvalidEventPattern } from './matchers';
export { compilePattern } from './pattern';
export type { PutEntry } from './put-events';
