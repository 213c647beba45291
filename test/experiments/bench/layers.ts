import { measureLayers } from '../layers/bench';
import { goalRows } from '../layers/goals';
import type { Group } from './group';

/** `npm run bench:layers` has the rows that these are made of. */
export const layers: Group = {
  what: 'recompressing layers of real files',
  measure: async ({ quick, progress }) =>
    goalRows(await measureLayers({ megabytes: quick ? 50 : 500, rounds: quick ? 1 : 3, progress })),
};
