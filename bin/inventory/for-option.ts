import { Option } from 'commander';
import { someOf } from '../cli/arguments';
import { CONSUMER_IDS, type Consumer } from './consumers';

export interface ForOption {
  readonly for: readonly Consumer[];
}

/** @param what the services are chosen for */
export const forOption = (what: string, chosen: readonly Consumer[]): Option =>
  new Option('--for <service>', `${what}, separated by commas: ${CONSUMER_IDS.join(', ')}`)
    .argParser((text) => [...new Set(someOf(CONSUMER_IDS)(text))])
    .default(chosen, chosen.join(','));
