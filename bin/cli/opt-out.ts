import type { PutObstacle } from '../../lambda/core/companion/dry-run-registry';
import { OPT_OUT_TAG } from '../../lambda/core/contract';
import type { Account } from './account';

/** Why a repository is left alone, for whoever asked for a repair of it. */
export const optedOutNote = (repository: string): string =>
  `note: ${repository} opted out of companions: it has the resource tag ${OPT_OUT_TAG.key}: ${OPT_OUT_TAG.value}, and nothing is written to it until the tag is removed`;

/** For a dry run: what keeps a put out of a repository that opted out. */
export const optOutObstacle =
  ({ registry }: Account, repository: string): PutObstacle =>
  async () =>
    (await isKnownToOptOut(registry, repository)) ? { kind: 'opted-out' } : undefined;

/** Callers that may only read images can't find out. They can't write either. */
async function isKnownToOptOut(registry: Account['registry'], repository: string): Promise<boolean> {
  try {
    return await registry.isOptedOut(repository);
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return false;
    throw error;
  }
}
