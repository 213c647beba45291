import type { CompanionState } from '../../../lambda/core/companion/plan';
import type { Child } from '../../../lambda/core/manifest/descriptor';
import { type ImageManifest, type Manifest, readManifest } from '../../../lambda/core/manifest/manifest';
import { formatPlatform } from '../../../lambda/core/manifest/platform';
import { Refusal } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import { nameOf } from '../../cli/image-reference';
import { type Acceptance, acceptanceOf, CONSUMERS, type Consumer } from '../../inventory/acceptance';
import { type CompanionView, type Inspection, platformOfImage } from './inspect';

type Accepted = Readonly<Record<Consumer, Acceptance>>;

/** What `check` tells of an image; this is its JSON too. */
export interface CheckReport {
  readonly image: string;
  readonly uri: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly kind: Manifest['kind'] | 'unreadable';
  /** What an artifact is, or why a manifest cannot be read. */
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
  readonly tag: string;
  readonly sourceTag: string;
  readonly state: CompanionState;
  readonly digest?: string;
  /** The digest that it should name. */
  readonly demandedDigest?: string;
  readonly platform?: string;
  /** Why there is none, or none is needed. */
  readonly reason?: string;
  readonly detail?: string;
  /** What to give to SageMaker, if the companion is right. */
  readonly uriByDigest?: string;
  readonly accepted?: Accepted;
}

export async function checkReport(account: Account, inspection: Inspection): Promise<CheckReport> {
  const { reference, stored, manifest, companions, noCompanion } = inspection;
  const { repository, tag, digest } = reference;
  const uri = account.uri(repository, `${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`);
  return {
    image: nameOf(reference),
    uri,
    digest: stored.digest,
    mediaType: stored.mediaType,
    ...(await contentOf(account, repository, manifest, companions[0])),
    accepted: acceptedBy(stored.mediaType, manifest, uri),
    companions: companions.flatMap((view) => companionReport(account, repository, view) ?? []),
    ...(noCompanion ? { noCompanion } : {}),
  };
}

const acceptedBy = (mediaType: string, manifest: Manifest | Refusal, uri: string): Accepted =>
  Object.fromEntries(
    CONSUMERS.map((consumer) => [consumer, acceptanceOf(consumer, { mediaType, manifest, uri })]),
  ) as Accepted;

type Content = Pick<CheckReport, 'kind' | 'detail' | 'platforms' | 'attestations' | 'layers'>;

async function contentOf(
  account: Account,
  repository: string,
  manifest: Manifest | Refusal,
  companion: CompanionView | undefined,
): Promise<Content> {
  const nothing = { platforms: [], attestations: 0 };
  if (manifest instanceof Refusal) return { kind: 'unreadable', detail: manifest.detail, ...nothing };
  switch (manifest.kind) {
    case 'artifact':
      return { kind: 'artifact', detail: manifest.artifactType, ...nothing };
    case 'build-cache':
      return { kind: 'build-cache', ...nothing };
    case 'image': {
      const platform = await platformOfImage(account, repository, manifest.config.digest);
      return { kind: 'image', platforms: platform ? [platform] : [], attestations: 0, layers: layersOf(manifest) };
    }
    case 'index': {
      const images = manifest.children.filter((child) => !isAttestation(child));
      const chosen = companion && demandedImage(companion);
      return {
        kind: 'index',
        platforms: [...new Set(images.map(({ platform }) => (platform ? formatPlatform(platform) : 'unknown')))],
        attestations: manifest.children.length - images.length,
        ...(chosen
          ? { layers: { ...layersOf(chosen.image), ...(chosen.platform ? { platform: chosen.platform } : {}) } }
          : {}),
      };
    }
  }
}

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const isAttestation = ({ annotations, artifactType, platform }: Child): boolean =>
  annotations.has('vnd.docker.reference.type') || artifactType !== undefined || platform?.os === 'unknown';

const layersOf = ({ layers }: ImageManifest) => ({
  count: layers.length,
  bytes: layers.reduce((sum, { size }) => sum + size, 0),
});

function demandedImage({ plan }: CompanionView): { image: ImageManifest; platform?: string | undefined } | undefined {
  const { demand } = plan;
  if (!('manifest' in demand)) return undefined;
  const image = readManifest(demand.manifest.bytes, demand.manifest.mediaType);
  if (image instanceof Refusal || image.kind !== 'image') return undefined;
  return { image, ...(demand.demand === 'manifest' ? { platform: demand.platform } : {}) };
}

/** @returns nothing for a further platform that the source cannot have */
function companionReport(account: Account, repository: string, view: CompanionView): CompanionReport | undefined {
  const { tag, sourceTag, state, digest, plan } = view;
  const { demand } = plan;
  const about = { tag, sourceTag, state, ...(digest ? { digest } : {}) };
  switch (demand.demand) {
    case 'refused':
      return { ...about, reason: demand.refusal.reason, detail: demand.refusal.detail };
    case 'none':
      return demand.skip || digest
        ? { ...about, ...(demand.skip ? { reason: demand.skip } : {}), detail: demand.detail }
        : undefined;
    case 'if-present':
      return {
        ...about,
        reason: demand.skip,
        detail: demand.detail,
        demandedDigest: demand.manifest.digest,
        ...(state === 'right' ? given(account, repository, demand.manifest) : {}),
      };
    case 'manifest':
      return {
        ...about,
        demandedDigest: demand.manifest.digest,
        ...(demand.platform ? { platform: demand.platform } : {}),
        ...(state === 'right' ? given(account, repository, demand.manifest) : {}),
      };
  }
}

function given(account: Account, repository: string, { digest, mediaType, bytes }: StoredManifest) {
  const uriByDigest = account.uri(repository, `@${digest}`);
  return { uriByDigest, accepted: acceptedBy(mediaType, readManifest(bytes, mediaType), uriByDigest) };
}
