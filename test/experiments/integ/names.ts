import { randomBytes } from 'node:crypto';
import { DEFAULT_COMPANION_TAG_SUFFIX } from '../../../lambda/core/contract';

/** Everything that a run makes has a name that no other run and nobody else has. */
export interface Names {
  /** Of all of them: what to search an account for. */
  readonly prefix: string;
  readonly stack: string;
  readonly role: string;
  readonly repositories: { readonly images: string; readonly layers: string; readonly denied: string };
}

export function randomNames(): Names {
  const random = randomBytes(4).toString('hex');
  const prefix = `ecr-oci-integ-${random}`;
  return {
    prefix,
    stack: prefix,
    role: prefix,
    repositories: { images: `${prefix}/images`, layers: `${prefix}/layers`, denied: `${prefix}/denied` },
  };
}

export const companionTagOf = (tag: string): string => `${tag}${DEFAULT_COMPANION_TAG_SUFFIX}`;
