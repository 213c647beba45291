import type { Account } from '../../cli/account';
import { nameOf } from '../../cli/image-reference';
import { type Accepted, acceptedBy } from '../../inventory/acceptance';
import { platformsOf } from '../../inventory/platforms';
import { type CompanionReport, companionReport } from './companion-report';
import { type Content, contentOf } from './content';
import type { Inspection } from './inspect';
import type { SettingsReport } from './settings';

/** What `check` prints about an image; as JSON, as it is. */
export interface CheckReport extends Content {
  readonly image: string;
  readonly uri: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly accepted: Accepted;
  readonly companions: readonly CompanionReport[];
  /** Only if repositories choose for themselves. */
  readonly settings?: SettingsReport;
  /** Why `companions` is empty. */
  readonly noCompanion?: string;
}

export async function checkReport(account: Account, inspection: Inspection): Promise<CheckReport> {
  const { reference, identity, manifest, companions, registry } = inspection;
  const { repository, tag, digest } = reference;
  const uri = account.uri(repository, `${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`);
  const platforms = await platformsOf(registry, repository, manifest);
  const outcomes = companions.kind === 'found' ? companions.outcomes : [];
  return {
    image: nameOf(reference),
    uri,
    digest: identity.digest,
    mediaType: identity.mediaType,
    ...(await contentOf(inspection, platforms ?? [], outcomes[0])),
    accepted: acceptedBy({ mediaType: identity.mediaType, manifest, uri, platforms }),
    companions: await Promise.all(outcomes.map((outcome) => companionReport(account, inspection, platforms, outcome))),
    ...(companions.kind === 'none' ? { noCompanion: companions.why } : {}),
  };
}
