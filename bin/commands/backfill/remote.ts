import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { ImageTag } from '../../../lambda/core/companion/outcome';
import { REQUEST_BUS, REQUESTS } from '../../../lambda/core/contract';
import { putEvents } from '../../../lambda/events/put-events';
import type { Account } from '../../cli/account';
import type { Clock } from '../../cli/io';
import type { AccountOptions } from '../../cli/options';
import { Progress } from '../../cli/progress';
import { requestHandler } from '../../cli/transport';
import type { ScanSettings } from '../../inventory/inspect-batch';
import type { ChosenRepository } from '../../inventory/repositories';
import { survey } from '../../inventory/survey';
import type { Totals } from '../../inventory/totals';

interface AuditOptions extends AccountOptions {
  readonly despiteLifecycle?: boolean;
}

/**
 * Requests an audit by the deployed service, of images of any age.
 * @param repositories those to audit; none for the whole registry
 */
export async function requestAudit(
  { client: { config } }: Account,
  { endpointUrl, despiteLifecycle }: AuditOptions,
  repositories: readonly string[] | undefined,
): Promise<void> {
  const flags = { backfill: true, ...(despiteLifecycle ? { despiteLifecycle } : {}) };
  const client = new EventBridgeClient({
    region: config.region,
    credentials: config.credentials,
    requestHandler: requestHandler(),
    ...(endpointUrl ? { endpoint: endpointUrl } : {}),
  });
  const events = repositories
    ? repositories.map((repository) => ({ detailType: REQUESTS.repositoryAudit, detail: { repository, ...flags } }))
    : [{ detailType: REQUESTS.registryAudit, detail: flags }];
  try {
    await putEvents(client, REQUEST_BUS, events);
  } finally {
    client.destroy();
  }
}

export interface FollowOptions<Work extends ImageTag> {
  /** Tags to be repaired. */
  readonly work: readonly Work[];
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface FollowResult<Work> {
  /** Tags that were not repaired by the last poll. */
  readonly left: readonly Work[];
  readonly isTimedOut: boolean;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Polls the repositories that have tags left, until none of these tags is left that can be repaired. */
export async function followService<Work extends ImageTag>(
  settings: ScanSettings,
  repositories: readonly ChosenRepository[],
  { work, timeoutMs, progress, signal, clock }: FollowOptions<Work>,
): Promise<FollowResult<Work>> {
  const deadline = clock.now() + timeoutMs;
  let open = repositories;
  let left = work;
  const hidden = new Progress(progress.stderr, false);
  progress.start('repaired by the service', work.length);
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      await clock.sleep(Math.max(0, Math.min(pause, deadline - clock.now())), signal);
      if (signal.aborted) return { left, isTimedOut: false };
      const found = new Set<string>();
      const totals = await survey(settings, open, {
        progress: hidden,
        signal,
        onRow: ({ repository, tag, isRepairable }) => {
          if (isRepairable) found.add(`${repository}:${tag}`);
        },
      });
      if (signal.aborted) return { left, isTimedOut: false };
      throwIfUnreadable(totals);
      left = left.filter(({ repository, tag }) => found.has(`${repository}:${tag}`));
      open = open.filter(({ name }) => left.some(({ repository }) => repository === name));
      progress.update(work.length - left.length);
      if (left.length === 0) return { left, isTimedOut: false };
      if (clock.now() >= deadline) return { left, isTimedOut: true };
    }
  } finally {
    progress.stop();
  }
}

/** What can't be read any more must not count as repaired. */
function throwIfUnreadable({ unreadable: [first] }: Totals): void {
  if (first) throw new Error(`${first.repository} can't be read any more: ${first.why}`);
}
