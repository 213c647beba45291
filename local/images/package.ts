import { type Blob, descriptorOf, digestOf, jsonBlob, type Layer } from './blob';

/** What one push sends: blobs, then the manifests that the last one names, then that one under its tag. */
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
  readonly mediaType: string;
  readonly configMediaType: string;
  readonly layers: readonly Layer[];
  readonly architecture?: string;
  readonly variant?: string;
  /** Fields of the manifest beside the usual ones. */
  readonly more?: object;
  readonly withoutMediaType?: boolean;
  /** What the tool indents with; nothing where it writes on one line. */
  readonly indent?: string;
}

/** A runnable image: its config lists the layers' diff_ids. */
export function imageOf({
  mediaType,
  configMediaType,
  layers,
  architecture = 'amd64',
  variant,
  more,
  withoutMediaType,
  indent,
}: ImageParts): Package {
  const config = jsonBlob(configMediaType, {
    architecture,
    ...(variant ? { variant } : {}),
    os: 'linux',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: ['/bin/serve'], WorkingDir: '/opt/ml' },
    created: '2026-11-01T00:00:00Z',
    history: layers.map((_, at) => ({ created: '2026-11-01T00:00:00Z', created_by: `COPY layer-${at} /` })),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = {
    schemaVersion: 2,
    ...(withoutMediaType ? {} : { mediaType }),
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
    ...more,
  };
  return { blobs: [config, ...layers], children: [], top: { mediaType, text: JSON.stringify(manifest, null, indent) } };
}

/** Something that is no image: a config of its own type around blobs. */
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

/** An index of packages; `about` is what the index says of each. */
export function indexOf(
  mediaType: string,
  entries: readonly { readonly of: Package; readonly about: object }[],
  indent?: string,
): Package {
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
