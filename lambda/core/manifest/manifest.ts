import { Refusal, refusalOr } from '../reasons';
import type { StoredManifest } from '../registry';
import {
  arrayAt,
  type Child,
  childAt,
  type Descriptor,
  descriptorAt,
  extraFieldPaths,
  mediaTypeAt,
  objectAt,
  textAt,
} from './descriptor';
import { type JsonObject, parseJson } from './json';
import { quote } from './json-path';
import {
  BUILD_CACHE_CONFIG,
  DOCKER_MANIFEST,
  isConfig,
  isIndex,
  isLayer,
  isManifest,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA_1,
} from './media-types';

export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** JSON paths of the manifest's own fields that Docker V2 Schema 2 has no place for. */
  readonly extraFields: readonly string[];
}

export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly children: readonly Child[];
}

/** A manifest or index that holds something other than images. */
export interface Artifact {
  readonly kind: 'artifact';
  readonly artifactType: string;
}

export interface BuildCache {
  readonly kind: 'build-cache';
}

export type Manifest = ImageManifest | ImageIndex | Artifact | BuildCache;

/** ECR's limit, and everybody else's. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** Removed from OCI 1.1 before its release, but some registries hold it: always an artifact. */
const OCI_ARTIFACT_MANIFEST = 'application/vnd.oci.artifact.manifest.v1+json';

const MANIFEST_FIELDS = [
  'schemaVersion',
  'mediaType',
  'config',
  'layers',
  'manifests',
  'fsLayers',
  'history',
  'annotations',
  'subject',
  'artifactType',
];
const DOCKER_MANIFEST_FIELDS = new Set(['schemaVersion', 'mediaType', 'config', 'layers']);

/** Config types of Docker before 2017, which only Docker itself still takes for an image. */
const LEGACY_CONFIGS: readonly string[] = ['', 'application/octet-stream', 'text/html'];

/**
 * Reads a manifest or index from its bytes, refusing whatever two tools could read as two different images.
 * @param mediaType what the registry says it is; the body may say it too, or instead
 * @returns what it is, or why it cannot be read; never throws, whatever the bytes are
 */
export function readManifest(bytes: Uint8Array, mediaType?: string): Manifest | Refusal {
  return refusalOr(() => {
    if (bytes.length > MAX_MANIFEST_BYTES)
      throw new Refusal('too-large', `the manifest has ${bytes.length} bytes, the limit is ${MAX_MANIFEST_BYTES}`);
    const root = parseJson(bytes);
    if (!(root instanceof Map)) throw new Refusal('not-json', 'the manifest is not a JSON object');
    const manifest = objectAt(root, [], MANIFEST_FIELDS);
    const resolved = resolveMediaType(manifest, mediaType || undefined);
    if (resolved === OCI_ARTIFACT_MANIFEST)
      return { kind: 'artifact', artifactType: textAt(manifest, 'artifactType', []) ?? resolved };
    if (manifest.get('schemaVersion') !== 2)
      throw new Refusal(
        'schema-version',
        `schemaVersion is ${quote(manifest.get('schemaVersion') ?? 'absent')}, not 2`,
      );
    return isIndex(resolved) ? readIndex(manifest, resolved) : readImage(manifest, resolved);
  });
}

const read = new WeakMap<StoredManifest, Manifest | Refusal>();

/** Ordinary manifests are much smaller. What is read of a large one takes tens of times its bytes, so it is not kept. */
export const MAX_REMEMBERED_BYTES = 32 * 1024;

/** What a stored manifest says. One of ordinary size is read once, however often it is asked about. */
export function manifestOf(stored: StoredManifest): Manifest | Refusal {
  if (stored.bytes.length > MAX_REMEMBERED_BYTES) return readManifest(stored.bytes, stored.mediaType);
  const manifest = read.get(stored) ?? readManifest(stored.bytes, stored.mediaType);
  read.set(stored, manifest);
  return manifest;
}

function resolveMediaType(manifest: JsonObject, external: string | undefined): string {
  const own = textAt(manifest, 'mediaType', []);
  if (own !== undefined && external !== undefined && own !== external) {
    throw new Refusal('media-type-mismatch', `the registry says ${quote(external)}, the manifest says ${quote(own)}`);
  }
  const mediaType = external ?? own ?? guessMediaType(manifest);
  if (SCHEMA_1.includes(mediaType)) throw new Refusal('schema-1', `the manifest is ${mediaType}`);
  if (mediaType === OCI_ARTIFACT_MANIFEST) return mediaType;
  if (!isManifest(mediaType) && !isIndex(mediaType))
    throw new Refusal('unknown-media-type', `the media type is ${quote(mediaType)}`);
  // The presence of the key counts, not its value: containerd and moby refuse `"manifests": null` too.
  const foreign = ['fsLayers', 'history', ...(isIndex(mediaType) ? ['config', 'layers'] : ['manifests'])].find(
    (field) => manifest.has(field),
  );
  if (foreign)
    throw new Refusal('ambiguous', `a manifest of type ${mediaType} must not have the field ${quote(foreign)}`);
  return mediaType;
}

function guessMediaType(manifest: JsonObject): string {
  if (manifest.has('fsLayers'))
    throw new Refusal('schema-1', 'the manifest has fsLayers, as only Docker V2 Schema 1 has');
  if (manifest.has('config')) return OCI_MANIFEST;
  if (manifest.has('manifests')) return OCI_INDEX;
  throw new Refusal(
    'unknown-media-type',
    'neither the registry nor the manifest names a media type, and there is no config and no manifests',
  );
}

function readImage(manifest: JsonObject, mediaType: string): Manifest {
  const configType = mediaTypeAt(manifest.get('config'), ['config']);
  const artifactType = textAt(manifest, 'artifactType', []);
  if (configType === BUILD_CACHE_CONFIG) return { kind: 'build-cache' };
  if (artifactType !== undefined && artifactType !== configType) return { kind: 'artifact', artifactType };
  if (!isConfig(configType)) {
    if (!LEGACY_CONFIGS.includes(configType)) return { kind: 'artifact', artifactType: configType };
    if (mediaType !== DOCKER_MANIFEST)
      throw new Refusal('unknown-config', `the config has the media type ${quote(configType)}`);
  }
  const entries = arrayAt(manifest.get('layers'), ['layers']);
  const layerTypeAt = (at: number) => mediaTypeAt(entries[at], ['layers', at]);
  // Signatures and attestations under tags have an image config, so only the layers tell.
  if (entries.length > 0 && !entries.some((_, at) => isLayer(layerTypeAt(at))))
    return { kind: 'artifact', artifactType: layerTypeAt(0) };
  return {
    kind: 'image',
    mediaType,
    config: descriptorAt(manifest.get('config'), ['config']),
    layers: entries.map((entry, at) => descriptorAt(entry, ['layers', at])),
    extraFields: extraFieldPaths(manifest, [], DOCKER_MANIFEST_FIELDS),
  };
}

function readIndex(manifest: JsonObject, mediaType: string): Manifest {
  const artifactType = textAt(manifest, 'artifactType', []);
  if (artifactType !== undefined) return { kind: 'artifact', artifactType };
  const entries = arrayAt(manifest.get('manifests'), ['manifests']);
  const types = entries.map((entry, at) => mediaTypeAt(entry, ['manifests', at]));
  const first = types[0];
  if (first === undefined) throw new Refusal('empty-index', 'the index has no manifests');
  if (!types.some((type) => isManifest(type) || isIndex(type))) {
    // moby/buildkit writes its registry cache as an index of layers, under the OCI or the Docker list type.
    return types.includes(BUILD_CACHE_CONFIG) ? { kind: 'build-cache' } : { kind: 'artifact', artifactType: first };
  }
  const children = entries.map((entry, at) => childAt(entry, ['manifests', at]));
  const artifact = children.every((child) => child.artifactType !== undefined) && children[0]?.artifactType;
  return artifact ? { kind: 'artifact', artifactType: artifact } : { kind: 'index', mediaType, children };
}
