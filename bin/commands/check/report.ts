import { type CompanionState, companionStateOf, type Outcome } from '../../../lambda/core/companion/outcome';
import { platformOfConfig } from '../../../lambda/core/manifest/image-config';
import { isRunnable } from '../../../lambda/core/manifest/index-children';
import {
  type ImageManifest,
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestOf,
} from '../../../lambda/core/manifest/manifest';
import { formatPlatform } from '../../../lambda/core/manifest/platform';
import { Refusal } from '../../../lambda/core/reasons';
import type { Account } from '../../cli/account';
import { nameOf } from '../../cli/image-reference';
import { type Acceptance, acceptanceOf, CONSUMERS, type Consumer } from '../../inventory/acceptance';
import type { Inspection } from './inspect';

type Accepted = Readonly<Record<Consumer, Acceptance>>;

/** What `check` says of an image; this is its JSON too. */
export interface CheckReport {
  readonly image: string;
  readonly uri: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly kind: Manifest['kind'] | 'unreadable';
  /** What an artifact is, or why a manifest can't be read. */
  readonly detail?: string;
  readonly platforms: readonly string[];
  readonly attestations: number;
  /** Of the image, or of the one that the first companion would be; `bytes` as they are stored. */
  readonly layers?: { readonly count: number; readonly bytes: number; readonly platform?: string };
  readonly accepted: Accepted;
  readonly companions: readonly CompanionReport[];
  readonly noCompanion?: string;
}

export interface CompanionReport {
  /** Absent if none is needed. */
  readonly tag?: string;
  readonly sourceTag: string;
  readonly state: CompanionState;
  /** What it names now; absent if it does not exist. */
  readonly digest?: string;
  /** What it should name. */
  readonly desiredDigest?: string;
  readonly platform?: string;
  /** Why there is none, or none is needed. */
  readonly reason?: string;
  readonly detail?: string;
  /** What to give to SageMaker, if the companion is current. */
  readonly uriByDigest?: string;
  readonly accepted?: Accepted;
}

export async function checkReport(account: Account, inspection: Inspection): Promise<CheckReport> {
  const { reference, identity, manifest, companions } = inspection;
  const { repository, tag, digest } = reference;
  const uri = account.uri(repository, `${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`);
  const outcomes = 'outcomes' in companions ? companions.outcomes : [];
  return {
    image: nameOf(reference),
    uri,
    digest: identity.digest,
    mediaType: identity.mediaType,
    ...(await contentOf(inspection, outcomes[0])),
    accepted: acceptedBy(identity.mediaType, manifest, uri),
    companions: await Promise.all(outcomes.map((outcome) => companionReport(account, inspection, outcome))),
    ...('noCompanion' in companions ? companions : {}),
  };
}

const acceptedBy = (mediaType: string, manifest: Manifest | Refusal | undefined, uri: string): Accepted =>
  Object.fromEntries(
    CONSUMERS.map((consumer) => [
      consumer,
      acceptanceOf(consumer, { mediaType, uri, ...(manifest ? { manifest } : {}) }),
    ]),
  ) as Accepted;

type Content = Pick<CheckReport, 'kind' | 'detail' | 'platforms' | 'attestations' | 'layers'>;

async function contentOf(inspection: Inspection, first: Outcome | undefined): Promise<Content> {
  const { manifest } = inspection;
  const nothing = { platforms: [], attestations: 0 };
  if (manifest instanceof Refusal) return { kind: 'unreadable', detail: manifest.detail, ...nothing };
  switch (manifest.kind) {
    case 'artifact':
      return { kind: 'artifact', detail: manifest.artifactType, ...nothing };
    case 'build-cache':
      return { kind: 'build-cache', ...nothing };
    case 'image': {
      const platform = await platformOf(inspection, manifest);
      return { kind: 'image', platforms: platform ? [platform] : [], attestations: 0, layers: layersOf(manifest) };
    }
    case 'index': {
      const images = manifest.children.filter(isRunnable);
      const chosen = first && (await companionManifest(inspection, first));
      return {
        kind: 'index',
        platforms: [...new Set(images.map(({ platform }) => (platform ? formatPlatform(platform) : 'unknown')))],
        attestations: manifest.children.length - images.length,
        ...(chosen && { layers: { ...layersOf(chosen), ...platformIn(first) } }),
      };
    }
  }
}

/** `linux/amd64`, as the config says; nothing if it can't be read: the caller may not be allowed to download layers. */
async function platformOf({ registry, reference }: Inspection, { config }: ImageManifest): Promise<string | undefined> {
  try {
    const platform = platformOfConfig(await registry.readBlob(reference.repository, config.digest, MAX_MANIFEST_BYTES));
    return platform instanceof Refusal ? undefined : formatPlatform(platform);
  } catch {
    return undefined;
  }
}

const layersOf = ({ layers }: ImageManifest) => ({
  count: layers.length,
  bytes: layers.reduce((sum, { size }) => sum + size, 0),
});

const platformIn = (outcome: Outcome) =>
  'platform' in outcome && outcome.platform ? { platform: outcome.platform } : {};

/** The image that the companion is, or would be after a repair. */
async function companionManifest(
  { companions, registry, reference }: Inspection,
  outcome: Outcome,
): Promise<ImageManifest | undefined> {
  if (!('droppedFields' in outcome) || !('wouldPut' in companions)) return undefined;
  const { tag, digest } = outcome.companion;
  const stored = companions.wouldPut(tag) ?? (await registry.readManifest(reference.repository, digest));
  const manifest = stored && manifestOf(stored);
  return manifest && !(manifest instanceof Refusal) && manifest.kind === 'image' ? manifest : undefined;
}

async function companionReport(account: Account, inspection: Inspection, outcome: Outcome): Promise<CompanionReport> {
  const base = { sourceTag: outcome.image.tag, state: companionStateOf(outcome) };
  switch (outcome.outcome) {
    case 'skipped':
      return { ...base, reason: outcome.reason, detail: outcome.detail };
    case 'refused': {
      const { tag, outOfDateDigest: digest } = outcome.companion ?? {};
      return {
        ...base,
        ...(tag ? { tag } : {}),
        ...(digest ? { digest } : {}),
        reason: outcome.reason,
        detail: outcome.detail,
      };
    }
    case 'converted':
    case 'aliased': {
      const { companion, replacedDigest: digest } = outcome;
      const desired = { tag: companion.tag, desiredDigest: companion.digest, ...platformIn(outcome) };
      return { ...base, ...(digest ? { digest } : {}), ...desired };
    }
    case 'unchanged': {
      const { tag, digest, mediaType } = outcome.companion;
      const uriByDigest = account.uri(inspection.reference.repository, `@${digest}`);
      const accepted = acceptedBy(mediaType, await companionManifest(inspection, outcome), uriByDigest);
      return { ...base, tag, digest, desiredDigest: digest, ...platformIn(outcome), uriByDigest, accepted };
    }
  }
}
