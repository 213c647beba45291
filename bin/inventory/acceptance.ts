import type { Policy } from '../../lambda/core/companion/policy';
import type { ImageManifest, Manifest } from '../../lambda/core/manifest/manifest';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  isForeignLayer,
  isOci,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA_1,
  toDockerLayer,
  UNCOMPRESSED_DOCKER_LAYER,
} from '../../lambda/core/manifest/media-types';
import { formatPlatform, parsePlatform } from '../../lambda/core/manifest/platform';
import { Refusal } from '../../lambda/core/reasons';
import {
  CONSUMER_IDS,
  CONSUMERS,
  type Consumer,
  type ConsumerRow,
  type Evidence,
  TRAITS,
  type Trait,
} from './consumers';

/** `unknown`: there is no report of it, or the manifest can't be read. */
export interface Acceptance {
  readonly verdict: 'accepted' | 'refused' | 'unknown';
  /** One clause: why, and what to do if that isn't obvious. */
  readonly why: string;
  /** The page behind it, and its date: see `Evidence`. */
  readonly evidence?: string;
  readonly dated?: string;
}

/** What each consumer makes of an image. */
export type Accepted = Readonly<Record<Consumer, Acceptance>>;

/** A verdict as people read it. */
export const VERDICT_TEXTS = { accepted: 'accepted', refused: 'refused', unknown: 'not known' } as const;

/** What a consumer decides by. */
export interface ImageToAccept {
  /** As ECR has it. */
  readonly mediaType: string;
  /** Absent if only the media type is known, as from a listing. */
  readonly manifest?: Manifest | Refusal | undefined;
  /** The URI that the consumer would get, which can be too long. */
  readonly uri?: string;
  /** Such as `linux/amd64`, several for an index; absent if they aren't known. */
  readonly platforms?: readonly string[] | undefined;
}

const FORMS = new Map<string, Trait>([
  [DOCKER_MANIFEST, 'docker-manifest'],
  [OCI_MANIFEST, 'oci-manifest'],
  [DOCKER_LIST, 'docker-list'],
  [OCI_INDEX, 'oci-index'],
  ...SCHEMA_1.map((mediaType) => [mediaType, 'docker-v1'] as const),
]);

/** Whether each consumer accepts an image, by the table of consumers. No AWS service is asked. */
export const acceptedBy = (image: ImageToAccept): Accepted =>
  Object.fromEntries(CONSUMER_IDS.map((consumer) => [consumer, acceptanceOf(consumer, image)])) as Accepted;

/** The worst of all that is known about the consumer and the image. */
export function acceptanceOf(consumer: Consumer, image: ImageToAccept): Acceptance {
  const row = CONSUMERS[consumer];
  const notAnImage = whyNotAnImage(image.manifest);
  if (notAnImage) return refused(notAnImage);
  const form = acceptanceOfTrait(row, FORMS.get(image.mediaType), image.mediaType);
  const others = [
    ...traitsOf(image.manifest).map((trait) => acceptanceOfTrait(row, trait)),
    ...beyondLimits(row, image),
    ...(image.manifest instanceof Refusal
      ? [unknown(`the manifest can't be read safely: ${image.manifest.detail}`)]
      : []),
  ];
  const all = [form, ...others];
  const isRead = image.manifest && !(image.manifest instanceof Refusal) && image.manifest.kind === 'image';
  const worst = (['refused', 'unknown'] as const).flatMap((verdict) => all.filter((one) => one.verdict === verdict))[0];
  if (worst) return worst;
  // Of layers that nobody has read, most are gzip.
  return isRead ? form : { ...form, why: `${form.why}, if their layers are gzip` };
}

/** The policy, with the platforms that these consumers need: those that it lacks come last, so no companion gets another tag. */
export function withPlatformsFor(policy: Policy, consumers: readonly Consumer[]): Policy {
  const known = new Set(policy.platforms.map(formatPlatform));
  const [first, ...further] = policy.platforms;
  const added = consumers.flatMap((consumer) => {
    const platform = parsePlatform(CONSUMERS[consumer].onlyPlatform?.limit ?? '');
    return platform && !known.has(formatPlatform(platform)) ? [platform] : [];
  });
  return { ...policy, platforms: [first, ...further, ...added] };
}

/** Whether one of these consumers decides by the platform. */
export const decideByPlatform = (consumers: readonly Consumer[]): boolean =>
  consumers.some((consumer) => CONSUMERS[consumer].onlyPlatform !== undefined);

const because = ({ url, date }: Evidence) => ({ evidence: url, dated: date });
const refused = (why: string, evidence?: Evidence): Acceptance => ({
  verdict: 'refused',
  why,
  ...(evidence ? because(evidence) : {}),
});
const unknown = (why: string): Acceptance => ({ verdict: 'unknown', why });

function acceptanceOfTrait({ accepts, refuses }: ConsumerRow, trait: Trait | undefined, mediaType = ''): Acceptance {
  const what = trait ? TRAITS[trait] : mediaType;
  const [against, inFavor] = trait ? [refuses[trait], accepts[trait]] : [];
  if (against) return refused(`it refuses ${what}`, against);
  if (inFavor) return { verdict: 'accepted', why: `it accepts ${what}`, ...because(inFavor) };
  return unknown(`there is no report of whether it accepts ${what}`);
}

function beyondLimits(row: ConsumerRow, { uri, manifest, platforms }: ImageToAccept): readonly Acceptance[] {
  const { uriCharacters, layerBytes, onlyPlatform } = row;
  const found: Acceptance[] = [];
  if (uri && uriCharacters && uri.length > uriCharacters.limit)
    found.push(
      refused(`the URI has ${uri.length} characters, and it takes ${uriCharacters.limit}`, uriCharacters.evidence),
    );
  if (layerBytes && bytesOf(manifest) > layerBytes.limit)
    found.push(refused(`its layers have more than ${layerBytes.limit / 1024 ** 3} GB`, layerBytes.evidence));
  if (onlyPlatform && !platforms?.includes(onlyPlatform.limit))
    found.push(
      platforms && !platforms.includes('unknown')
        ? refused(`it takes ${onlyPlatform.limit} only, and this is ${platforms.join(', ')}`, onlyPlatform.evidence)
        : unknown(`it takes ${onlyPlatform.limit} only, and the platform of this image isn't known`),
    );
  return found;
}

const bytesOf = (manifest: ImageToAccept['manifest']): number =>
  manifest && !(manifest instanceof Refusal) && manifest.kind === 'image'
    ? manifest.layers.reduce((sum, { size }) => sum + size, 0)
    : 0;

function whyNotAnImage(manifest: Manifest | Refusal | undefined): string | undefined {
  if (!manifest || manifest instanceof Refusal) return undefined;
  if (manifest.kind === 'artifact') return `not a container image, but an artifact of type ${manifest.artifactType}`;
  return manifest.kind === 'build-cache' ? 'not a container image, but a BuildKit cache' : undefined;
}

/** What is peculiar about an image, below the manifest's own media type. */
function traitsOf(manifest: Manifest | Refusal | undefined): readonly Trait[] {
  if (!manifest || manifest instanceof Refusal || manifest.kind !== 'image') return [];
  const types = manifest.layers.map(({ mediaType }) => mediaType);
  const isUncompressed = (type: string) => toDockerLayer(type) === UNCOMPRESSED_DOCKER_LAYER;
  const found: readonly (readonly [Trait, boolean])[] = [
    ['no-layers', types.length === 0],
    ['encrypted-layers', types.some((type) => type.endsWith('+encrypted'))],
    ['zstd-layers', types.some((type) => /[+.]zstd$/.test(type))],
    ['uncompressed-docker-layers', types.some((type) => isUncompressed(type) && !isOci(type))],
    ['uncompressed-oci-layers', types.some((type) => isUncompressed(type) && isOci(type))],
    ['foreign-layers', types.some(isForeignLayer)],
    ['mixed-media-types', isMixed(manifest)],
  ];
  return found.flatMap(([trait, isFound]) => (isFound ? [trait] : []));
}

function isMixed({ mediaType, config, layers }: ImageManifest): boolean {
  const all = [config, ...layers].map((descriptor) => isOci(descriptor.mediaType));
  return all.some((one) => one !== isOci(mediaType));
}
