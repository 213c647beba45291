export { Activity } from './activity';
export { type Cancel, type Clock, RealClock, SkippingClock } from './clock';
export { NotSettled, settle } from './settle';
