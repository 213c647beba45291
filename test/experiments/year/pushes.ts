import {
  bytesOf,
  DOCKER,
  descriptor,
  digestOfText,
  dockerImage,
  index,
  OCI,
  ociImage,
  platform,
} from '../../support/manifests';
import type { Kind, RepositoryPlan } from './plans';

export interface DayPush {
  /** Absent for the children of an index. */
  readonly tag?: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** What is pushed to a repository on one day; the same day is the same bytes. */
export function pushesOf(
  { repository, tags, kindOn = () => 'image', isPushedOn = () => true }: RepositoryPlan,
  day: number,
): readonly DayPush[] {
  if (!isPushedOn(day)) return [];
  return tags.flatMap((tag) =>
    manifestsOf(kindOn(day), `${repository}-${tag}-${day}`, tag.replace('#', String(1_000 + day))),
  );
}

export function manifestsOf(kind: Kind, name: string, tag: string): readonly DayPush[] {
  const one = (manifest: object, mediaType: string, as?: string): DayPush => ({
    bytes: Buffer.from(bytesOf(manifest)),
    mediaType,
    ...(as === undefined ? {} : { tag: as }),
  });
  switch (kind) {
    case 'image':
      return [one(ociImage(name), OCI.manifest, tag)];
    case 'docker':
      return [one(dockerImage(name), DOCKER.manifest, tag)];
    case 'zstd':
      return [one(ociImage(name, { layers: [descriptor(OCI.zstd, name)] }), OCI.manifest, tag)];
    case 'index': {
      const children = ['amd64', 'arm64'].map((architecture) => ({
        architecture,
        manifest: ociImage(`${name}-${architecture}`),
      }));
      const entries = children.map(({ architecture, manifest }) => {
        const text = JSON.stringify(manifest);
        return { mediaType: OCI.manifest, digest: digestOfText(text), size: text.length, ...platform(architecture) };
      });
      return [...children.map(({ manifest }) => one(manifest, OCI.manifest)), one(index(entries), OCI.index, tag)];
    }
  }
}
