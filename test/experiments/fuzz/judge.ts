import { type DesiredCompanion, desiredCompanions } from '../../../lambda/core/companion/desired-state';
import { type Conversion, toDocker, toOci } from '../../../lambda/core/manifest/convert';
import { type Manifest, readManifest } from '../../../lambda/core/manifest/manifest';
import { REFUSAL_REASONS, Refusal, SKIP_REASONS } from '../../../lambda/core/reasons';
import { DOCKER } from '../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../support/policy';
import { Finding } from './finding';
import type { Input } from './inputs';
import { words } from './mutations';
import { Nonsense, nonsenseRegistry } from './nonsense-registry';
import { digestOf, type Random } from './random';

function mustHold(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Finding(what);
}

const MAX_DETAIL = 1_000;
/** 40 reads are allowed, and the last may be repeated by digest. */
const MAX_CALLS = 42;

function checkReason(reason: string, detail: string, known: object): void {
  mustHold(Object.hasOwn(known, reason), `unknown reason ${reason}`);
  mustHold(detail.length > 0 && detail.length <= MAX_DETAIL, `the detail of ${reason} has ${detail.length} characters`);
  mustHold(detail.isWellFormed(), `the detail of ${reason} has a lone surrogate`);
}

interface Parsed {
  readonly mediaType?: string;
  readonly config: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly layers: readonly Parsed['config'][];
  readonly manifests: readonly Parsed['config'][];
}

const contents = (descriptors: readonly Parsed['config'][]): string =>
  JSON.stringify(descriptors.map(({ digest, size }) => [digest, size]));
const types = (descriptors: readonly Parsed['config'][]): string =>
  JSON.stringify(descriptors.map(({ mediaType }) => mediaType));

/** What encoding/json of Go takes for a field: it folds case by Unicode. https://pkg.go.dev/encoding/json#Unmarshal */
const goField = (key: string): string => key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k');
const MANIFEST_FIELDS = words('schemaVersion mediaType config layers manifests annotations subject artifactType');
const DESCRIPTOR_FIELDS = words('mediaType digest size urls platform annotations artifactType');

function checkSameForGo(object: object, fields: readonly string[]): void {
  for (const key of Object.keys(object)) {
    const field = fields.find((known) => known.toLowerCase() === goField(key));
    mustHold(field === undefined || field === key, `Go reads the key ${JSON.stringify(key)} as ${field}`);
  }
}

/** Two readers must not see two images in the same bytes. */
function checkAgainstJsonParse(bytes: Uint8Array, manifest: Manifest): void {
  let parsed: Parsed;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new Finding(`JSON.parse refuses what was read as ${manifest.kind}: ${error}`);
  }
  checkSameForGo(parsed, MANIFEST_FIELDS);
  if (manifest.kind !== 'image' && manifest.kind !== 'index') return;
  mustHold(!parsed.mediaType || parsed.mediaType === manifest.mediaType, 'JSON.parse sees another mediaType');
  const ours = manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : manifest.children;
  const theirs = manifest.kind === 'image' ? [parsed.config, ...parsed.layers] : parsed.manifests;
  mustHold(contents(ours) === contents(theirs), 'JSON.parse sees other digests or sizes');
  mustHold(types(ours) === types(theirs), 'JSON.parse sees other media types');
  for (const one of theirs) checkSameForGo(one, DESCRIPTOR_FIELDS);
}

function checkConversion(
  image: Extract<Manifest, { kind: 'image' }>,
  to: 'docker' | 'oci',
  made: Conversion | Refusal,
): void {
  if (made instanceof Refusal) {
    checkReason(made.reason, made.detail, REFUSAL_REASONS);
    return;
  }
  const { bytes, digest, mediaType } = made.manifest;
  const parsed: Parsed = JSON.parse(new TextDecoder().decode(bytes));
  mustHold(digest === digestOf(bytes), 'the conversion names another digest than that of its bytes');
  mustHold(parsed.mediaType === mediaType, 'the conversion is of another type than it says');
  const all = [mediaType, ...[parsed.config, ...parsed.layers].map((one) => one.mediaType)];
  const prefix = to === 'docker' ? 'application/vnd.docker.' : 'application/vnd.oci.image.';
  mustHold(
    all.every((type) => type.startsWith(prefix)),
    `the conversion to ${to} leaves ${all.find((type) => !type.startsWith(prefix))}`,
  );
  mustHold(
    contents([parsed.config, ...parsed.layers]) === contents([image.config, ...image.layers]),
    'the conversion changes digests, sizes or order',
  );
  const again = readManifest(bytes, mediaType);
  mustHold(!(again instanceof Refusal) && again.kind === 'image', `the conversion to ${to} cannot be read`);
}

function checkDesired(desired: DesiredCompanion, announced: string): void {
  if (desired.kind === 'refused') checkReason(desired.refusal.reason, desired.refusal.detail, REFUSAL_REASONS);
  if (desired.kind === 'none' || desired.kind === 'if-present')
    checkReason(desired.skip ?? 'artifact', desired.detail, SKIP_REASONS);
  if (desired.kind === 'manifest' || desired.kind === 'if-present') {
    const { bytes, digest, mediaType } = desired.manifest;
    mustHold(digest === digestOf(bytes), 'a desired companion names another digest than that of its bytes');
    // What was there already is named as the registry names it.
    mustHold(mediaType === DOCKER.manifest || mediaType === announced, `a desired companion is of type ${mediaType}`);
  }
  if (desired.kind === 'manifest' && desired.platform !== undefined) {
    mustHold(
      desired.platform.length <= MAX_DETAIL,
      `the platform of a desired companion has ${desired.platform.length} characters`,
    );
    mustHold(desired.platform.isWellFormed(), 'the platform of a desired companion has a lone surrogate');
  }
}

const policyOf = (random: Random) =>
  ({
    ...DEFAULT_POLICY,
    platforms: [AMD64, ARM64],
    companionFor: random(2) === 0 ? 'oci-images' : 'every-tag',
    uncompressedLayers: random(2) === 0 ? 'refuse' : 'relabel',
  }) as const;

/**
 * @param read what reads manifests, for a test of this judge
 * @returns what the manifest was read as, or the reason of its refusal
 * @throws Finding, or whatever the code under test throws
 */
export async function judge(input: Input, random: Random, read = readManifest): Promise<string> {
  const { bytes, mediaType } = input;
  const manifest = read(bytes, mediaType);
  if (manifest instanceof Refusal) checkReason(manifest.reason, manifest.detail, REFUSAL_REASONS);
  else {
    mustHold(['image', 'index', 'artifact', 'build-cache'].includes(manifest.kind), `unknown kind ${manifest.kind}`);
    checkAgainstJsonParse(bytes, manifest);
    if (manifest.kind === 'image') {
      checkConversion(manifest, 'docker', toDocker(manifest, 'relabel'));
      checkConversion(manifest, 'docker', toDocker(manifest, 'refuse'));
      checkConversion(manifest, 'oci', toOci(manifest));
    }
    const registry = nonsenseRegistry(random, input);
    const source = { bytes, digest: digestOf(bytes), mediaType: mediaType ?? '' };
    const policy = policyOf(random);
    try {
      const all = await desiredCompanions(registry, 'team/app', source, policy);
      mustHold(
        all.length === policy.platforms.length,
        `${all.length} desired companions for ${policy.platforms.length} platforms`,
      );
      for (const desired of all) checkDesired(desired, source.mediaType);
    } catch (error) {
      if (!(error instanceof Nonsense)) throw error;
    }
    mustHold(registry.calls <= MAX_CALLS, `${registry.calls} reads of the registry`);
  }
  return manifest instanceof Refusal ? `refused ${manifest.reason}` : manifest.kind;
}
