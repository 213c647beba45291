import { diffIdsOf } from '../../../lambda/core/manifest/image-config';
import { parseJson } from '../../../lambda/core/manifest/json';
import { formatPath, type JsonPath } from '../../../lambda/core/manifest/json-path';
import type { ImageManifest } from '../../../lambda/core/manifest/manifest';
import { Refusal, refusalOr } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import { CliError } from '../../cli/errors';
import { jsonDifferences, jsonText } from './json-differences';

/** One image of one platform. */
export interface ComparedImage {
  /** As the caller wrote it. */
  readonly name: string;
  readonly stored: StoredManifest;
  readonly manifest: ImageManifest;
  /** Read when it is needed. */
  readonly readConfig: () => Promise<Uint8Array>;
  /** The sha256 of the uncompressed content of a layer. */
  readonly readDiffId: (layer: number) => Promise<string>;
}

/** Those that make another image, and those that don't. */
const OTHER_IMAGE = ['platform', 'config', 'layer'] as const;
const SAME_IMAGE = ['media-type', 'annotation', 'field', 'compression'] as const;

export interface Difference {
  readonly kind: (typeof OTHER_IMAGE | typeof SAME_IMAGE)[number];
  /** Of the image in an index. */
  readonly platform?: string;
  /** Such as `$.layers[0].mediaType`; of the config blob, from `config:` on. */
  readonly where: string;
  readonly a: string;
  readonly b: string;
}

export interface Comparison {
  readonly isSame: boolean;
  /** Whether each layer was compared by its content: the bytes are the same, or were read and have the same content. */
  readonly isProvenByContent: boolean;
  readonly differences: readonly Difference[];
}

/**
 * Two images are the same if they have the same config, which is their image ID and holds the digests of the uncompressed layers
 * (`diff_ids`), and as many layers. A container runtime refuses a layer whose content is not that of its diff_id.
 * @param withLayers whether layers that have other bytes are read
 * @throws CliError if a config that decides it can't be understood
 */
export async function compare(a: ComparedImage, b: ComparedImage, withLayers: boolean): Promise<Comparison> {
  const ofManifests = manifestDifferences(a, b);
  const config = a.manifest.config.digest === b.manifest.config.digest ? [] : await configDifferences(a, b);
  const layers = await layerDifferences(a, b, withLayers);
  const differences = [...ofManifests, ...config, ...layers.differences];
  return {
    isSame: isSameImage(differences),
    isProvenByContent: layers.isProvenByContent,
    differences,
  };
}

export const isSameImage = (differences: readonly Difference[]): boolean =>
  !differences.some(({ kind }) => OTHER_IMAGE.some((one) => one === kind));

/** What two manifests or indexes say differently, but for what is compared by content. */
export function manifestDifferences(
  a: Pick<ComparedImage, 'stored'>,
  b: Pick<ComparedImage, 'stored'>,
): readonly Difference[] {
  const documents = [a, b].map(({ stored }) => parseJson(stored.bytes));
  return jsonDifferences(documents[0], documents[1]).flatMap(({ path, a: one, b: other }) => {
    const kind = kindOf(path);
    return kind ? [{ kind, where: formatPath(path), a: jsonText(one), b: jsonText(other) }] : [];
  });
}

function kindOf(path: JsonPath): Difference['kind'] | undefined {
  const last = path.at(-1);
  if (path.includes('annotations') && path[0] !== 'manifests') return 'annotation';
  if (last === 'mediaType') return 'media-type';
  const isContent = path[0] === 'config' || path[0] === 'layers';
  if (path[0] === 'manifests') return undefined;
  return isContent && (last === 'digest' || last === 'size' || path.length < 3) ? undefined : 'field';
}

async function configDifferences(a: ComparedImage, b: ComparedImage): Promise<readonly Difference[]> {
  const [one, other] = (await Promise.all([a.readConfig(), b.readConfig()])).map((bytes) =>
    refusalOr(() => parseJson(bytes)),
  );
  const ids = {
    kind: 'config',
    where: '$.config.digest',
    a: a.manifest.config.digest,
    b: b.manifest.config.digest,
  } as const;
  if (one instanceof Refusal || other instanceof Refusal) return [ids];
  const fields = jsonDifferences(one, other).filter(({ path }) => path[0] !== 'rootfs');
  return [
    ids,
    ...fields.map(({ path, a: left, b: right }) => ({
      kind: 'config' as const,
      where: `config: ${formatPath(path)}`,
      a: jsonText(left),
      b: jsonText(right),
    })),
  ];
}

async function layerDifferences(a: ComparedImage, b: ComparedImage, withLayers: boolean) {
  const [ofA, ofB] = [a.manifest.layers, b.manifest.layers];
  const isSameBytes = ofA.length === ofB.length && ofA.every(({ digest }, at) => digest === ofB[at]?.digest);
  if (isSameBytes) return { isProvenByContent: true, differences: [] };
  const [diffIdsOfA, diffIdsOfB] = await Promise.all([knownDiffIds(a), knownDiffIds(b)]);
  const differences: Difference[] = [];
  for (let at = 0; at < Math.max(ofA.length, ofB.length); at += 1) {
    const [one, other] = [ofA[at], ofB[at]];
    if (one?.digest === other?.digest) continue;
    const where = `$.layers[${at}]`;
    const [diffId = 'nothing', diffIdOfB = 'nothing'] = [diffIdsOfA[at], diffIdsOfB[at]];
    const isAnnouncedSame = one !== undefined && other !== undefined && diffId === diffIdOfB;
    const [found, foundOfB] =
      isAnnouncedSame && withLayers ? [await a.readDiffId(at), await b.readDiffId(at)] : [diffId, diffIdOfB];
    if (isAnnouncedSame && found === diffId && foundOfB === diffId)
      differences.push({ kind: 'compression', where, a: describe(one), b: describe(other) });
    else differences.push({ kind: 'layer', where, a: contentText(found, diffId), b: contentText(foundOfB, diffIdOfB) });
  }
  return { isProvenByContent: withLayers, differences };
}

const contentText = (found: string, diffId: string): string =>
  found === diffId ? diffId : `${found}, but its config says ${diffId}`;

const describe = ({ digest, mediaType, size }: ImageManifest['config']) => `${digest} (${mediaType}, ${size} B)`;

/** @throws CliError unless the config has one for each layer */
async function knownDiffIds({ name, manifest, readConfig }: ComparedImage): Promise<readonly string[]> {
  const diffIds = diffIdsOf(await readConfig());
  if (diffIds instanceof Refusal) throw new CliError(`The config of ${name} can't be understood: ${diffIds.detail}.`);
  if (diffIds.length === manifest.layers.length) return diffIds;
  throw new CliError(
    `The config of ${name} has ${diffIds.length} diff_ids, and its manifest ${manifest.layers.length} layers.`,
    'No container runtime runs such an image: push it again.',
  );
}
