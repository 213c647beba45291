import type { Manifest } from '../../../lambda/core/manifest/manifest';
import type { Refusal } from '../../../lambda/core/reasons';
import { type Acceptance, acceptanceOf, CONSUMERS, type Consumer } from '../../inventory/acceptance';

export type Accepted = Readonly<Record<Consumer, Acceptance>>;

export const acceptedBy = (mediaType: string, manifest: Manifest | Refusal | undefined, uri: string): Accepted =>
  Object.fromEntries(
    CONSUMERS.map((consumer) => [
      consumer,
      acceptanceOf(consumer, { mediaType, uri, ...(manifest ? { manifest } : {}) }),
    ]),
  ) as Accepted;
