import { OCI_CONFIG, OCI_MANIFEST } from '../ecr/media-types';
import { type Blob, descriptorOf, digestOf, jsonBlob, type Layer } from './blob';

/** What one push sends: blobs, then child manifests, then the top manifest under its tag. */
export interface Package {
  readonly blobs: readonly Blob[];
  readonly children: readonly Written[];
  readonly top: Written;
}

/** A manifest as its tool writes it, byte for byte. */
export interface Written {
  readonly mediaType: string;
  readonly text: string;
}

export interface ImageParts {
  readonly layers: readonly Layer[];
  /** @default OCI */
  readonly mediaType?: string;
  /** @default OCI */
  readonly configMediaType?: string;
  /** @default amd64 */
  readonly architecture?: string;
  /** Further fields of the manifest, or other values of the usual ones. */
  readonly more?: object;
  /** The tool's indentation. @default the manifest is one line */
  readonly indent?: string;
}

/** A runnable image: its config lists the layers' diff_ids. */
export function imageOf({
  layers,
  mediaType = OCI_MANIFEST,
  configMediaType = OCI_CONFIG,
  architecture = 'amd64',
  more,
  indent,
}: ImageParts): Package {
  const created = '2026-11-01T00:00:00Z';
  const config = jsonBlob(configMediaType, {
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: ['/bin/serve'], WorkingDir: '/opt/ml' },
    created,
    history: layers.map((_, at) => ({ created, created_by: `COPY layer-${at} /` })),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const descriptors = { config: descriptorOf(config), layers: layers.map(descriptorOf) };
  const text = JSON.stringify({ schemaVersion: 2, mediaType, ...descriptors, ...more }, null, indent);
  return { blobs: [config, ...layers], children: [], top: { mediaType, text } };
}

/** Something other than an image: blobs, and a config with a type of its own. */
export function artifactOf(mediaType: string, config: Blob, blobs: readonly Blob[], more: object = {}): Package {
  const manifest = {
    schemaVersion: 2,
    mediaType,
    ...more,
    config: descriptorOf(config),
    layers: blobs.map(descriptorOf),
  };
  return { blobs: [config, ...blobs], children: [], top: { mediaType, text: JSON.stringify(manifest) } };
}

/** A package in an index; `about` has further fields of its descriptor. */
export interface IndexEntry {
  readonly of: Package;
  readonly about: object;
}

export function indexOf(mediaType: string, entries: readonly IndexEntry[], indent?: string): Package {
  const manifests = entries.map(({ of, about }) => ({
    mediaType: of.top.mediaType,
    digest: digestOf(of.top.text),
    size: Buffer.byteLength(of.top.text),
    ...about,
  }));
  return {
    blobs: entries.flatMap(({ of }) => of.blobs),
    children: entries.flatMap(({ of }) => [...of.children, of.top]),
    top: { mediaType, text: JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, indent) },
  };
}
