import { CONSUMERS, type Consumer, type Evidence, TRAITS, type Trait } from './consumers';

/** One thing that is known about a service. */
export interface Finding {
  /** Such as `refuses OCI indexes`. */
  readonly what: string;
  readonly evidence: Evidence;
}

/** All that is known about a service; about anything else its verdict is that it isn't known. */
export function findingsOf(consumer: Consumer): readonly Finding[] {
  const { accepts, refuses, onlyPlatform, uriCharacters, layerBytes } = CONSUMERS[consumer];
  const limits = [
    onlyPlatform && { what: `takes ${onlyPlatform.limit} only`, ...onlyPlatform },
    uriCharacters && { what: `takes URIs of up to ${uriCharacters.limit} characters`, ...uriCharacters },
    layerBytes && { what: `takes up to ${layerBytes.limit / 1024 ** 3} GB of layers`, ...layerBytes },
  ];
  return [
    ...traits('accepts', accepts),
    ...traits('refuses', refuses),
    ...limits.flatMap((limit) => (limit ? [{ what: limit.what, evidence: limit.evidence }] : [])),
  ];
}

const traits = (verb: string, known: Partial<Record<Trait, Evidence>>): readonly Finding[] =>
  (Object.entries(known) as [Trait, Evidence][]).map(([trait, evidence]) => ({
    what: `${verb} ${TRAITS[trait]}`,
    evidence,
  }));
