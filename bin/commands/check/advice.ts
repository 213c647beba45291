import { formatPlatform, type Platform } from '../../../lambda/core/manifest/platform';
import { CONSUMERS, type Consumer } from '../../inventory/consumers';
import type { CheckReport } from './report';

/** What the caller asked. */
export interface Question {
  /** Who has to accept the image. */
  readonly asked: readonly Consumer[];
  /** Those that companions are looked for. */
  readonly platforms: readonly Platform[];
}

/**
 * What to do next; nothing if all that were asked for accept the image as it is. Services that take different platforms get different
 * companions.
 */
export function adviceOf(
  { image, accepted, companions }: CheckReport,
  { asked, platforms }: Question,
): readonly (readonly [name: string, value: string])[] {
  const current = new Map<string, Consumer[]>();
  const sourceTags = new Set<string>();
  for (const consumer of asked.filter((one) => accepted[one].verdict !== 'accepted')) {
    const fitting = companions.filter((companion) => companion.accepted?.[consumer].verdict === 'accepted');
    const { uriByDigest } = fitting.find((companion) => companion.uriByDigest) ?? {};
    if (uriByDigest) current.set(uriByDigest, [...(current.get(uriByDigest) ?? []), consumer]);
    else if (fitting[0]) sourceTags.add(fitting[0].sourceTag);
  }
  const repository = image.replace(/[:@].*$/, '');
  const chosen = platforms.length > 1 ? platforms.map((platform) => ` --platform ${formatPlatform(platform)}`) : [];
  return [
    ...[...current].map(([uri, consumers]) => ['instead', `${uri}, which ${accept(consumers)}`] as const),
    ...[...sourceTags].map((tag) => ['to do', `ecr-oci repair ${repository}:${tag}${chosen.join('')}`] as const),
  ];
}

const accept = (consumers: readonly Consumer[]): string => {
  const names = consumers.map((consumer) => CONSUMERS[consumer].name);
  return `${new Intl.ListFormat('en').format(names)} ${names.length > 1 ? 'accept' : 'accepts'}`;
};
