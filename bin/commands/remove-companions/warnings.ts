import { plural } from '../../inventory/totals';
import type { FoundCompanion } from './find-companions';

const DAY_MS = 24 * 3_600_000;
const RECENT_DAYS = 30;

/** What to know before these tags are removed, in sentences. */
export function warningsOf(companions: readonly FoundCompanion[], now: number): readonly string[] {
  if (companions.length === 0) return [];
  const orphans = companions.filter(({ hasSource }) => !hasSource);
  const recent = companions.filter(
    ({ lastPulledAt }) => lastPulledAt && lastPulledAt.getTime() > now - RECENT_DAYS * DAY_MS,
  );
  const [latest] = [...recent].sort((a, b) => timeOf(b) - timeOf(a));
  return [
    'whatever names these tags or their digests stops working. A SageMaker model and a Lambda function keep the digest: they can run on, and fail when they next start or scale out. ECR does not know who uses an image.',
    ...(latest
      ? [
          `${recent.length.toLocaleString('en')} of these tags ${recent.length === 1 ? 'was' : 'were'} pulled in the last ${RECENT_DAYS} days, the latest ${latest.repository}:${latest.tag} on ${latest.lastPulledAt?.toISOString().slice(0, 10)}. Reads by \`ecr-oci\` count as pulls.`,
        ]
      : []),
    ...(orphans.length > 0
      ? [
          `the source tag of ${plural(orphans.length, 'companion')} is gone, such as that of ${orphans[0]?.repository}:${orphans[0]?.tag}. It may be the only copy of the image, and ECR can't bring it back.`,
        ]
      : []),
    'delete the stack of the service first. While it is deployed, the next push of a source tag makes its companion again, and so does an audit if the image was pushed within its window.',
  ];
}

const timeOf = ({ lastPulledAt }: FoundCompanion): number => lastPulledAt?.getTime() ?? 0;
