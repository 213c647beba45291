import { DOCKER_CONFIG, DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../../../local/ecr/media-types';
import { layerOf } from '../../../local/images/blob';
import {
  buildahImage,
  buildCache,
  buildxIndex,
  dockerDesktopImage,
  dockerImage,
  dockerList,
  helmChart,
  kanikoImage,
  zstdImage,
} from '../../../local/images/catalogue';
import { imageOf, indexOf, type Package } from '../../../local/images/package';

/** What the companion of a tag must be that names such an image now. */
export type Demanded =
  /** The pushed manifest, or the child of this number, as Docker V2 Schema 2. */
  | { readonly companion: 'made'; readonly of: 'top' | number }
  /** The pushed manifest itself, if there is a companion at all. */
  | { readonly companion: 'follows' }
  /** None is made; one of before stays and is told as stale. */
  | { readonly companion: 'left'; readonly outcome: 'refused' | 'skipped'; readonly reason: string };

export interface Kind {
  readonly name: string;
  /** How often it is pushed, against the others. */
  readonly weight: number;
  readonly base: Package;
  readonly demanded: Demanded;
}

/** An index that leaves the platforms to the configs of its children. */
async function indexWithoutPlatforms(): Promise<Package> {
  const children = ['arm64', 'amd64'].map(async (architecture) => {
    const layers = [await layerOf({ 'bin/serve': architecture }, 'application/vnd.oci.image.layer.v1.tar+gzip')];
    return {
      of: imageOf({ mediaType: OCI_MANIFEST, configMediaType: OCI_CONFIG, layers, architecture }),
      about: {},
    };
  });
  return indexOf(OCI_INDEX, await Promise.all(children));
}

/** Every kind of the catalogue. */
export async function kinds(): Promise<readonly Kind[]> {
  const top = { companion: 'made', of: 'top' } as const;
  const child = (of: number) => ({ companion: 'made', of }) as const;
  const skipped = (reason: string) => ({ companion: 'left', outcome: 'skipped', reason }) as const;
  return [
    { name: 'Docker Desktop', weight: 22, base: await dockerDesktopImage(), demanded: top },
    { name: 'buildx index', weight: 12, base: await buildxIndex('image manifest'), demanded: child(0) },
    { name: 'buildx index, artifacts', weight: 8, base: await buildxIndex('OCI artifact'), demanded: child(0) },
    { name: 'buildah', weight: 10, base: await buildahImage(), demanded: top },
    { name: 'kaniko', weight: 6, base: await kanikoImage(), demanded: top },
    { name: 'index without platforms', weight: 5, base: await indexWithoutPlatforms(), demanded: child(1) },
    { name: 'Docker list', weight: 6, base: await dockerList(), demanded: child(0) },
    { name: 'Docker V2', weight: 20, base: await dockerImage(), demanded: { companion: 'follows' } },
    {
      name: 'zstd',
      weight: 4,
      base: await zstdImage(),
      demanded: { companion: 'left', outcome: 'refused', reason: 'zstd-layer' },
    },
    { name: 'Helm chart', weight: 3, base: await helmChart(), demanded: skipped('artifact') },
    { name: 'cache index', weight: 2, base: await buildCache('OCI index'), demanded: skipped('build-cache') },
    { name: 'cache manifest', weight: 2, base: await buildCache('image manifest'), demanded: skipped('build-cache') },
  ];
}

/**
 * The companion's bytes. Written a second time and not imported from lambda/, which is what is judged: all images of the catalogue that get
 * one have gzip layers.
 */
export function companionOf(image: Package, of: 'top' | number): string {
  const source = of === 'top' ? image.top : image.children[of];
  if (!source) throw new Error(`the package has no child ${of}`);
  if (source.mediaType === DOCKER_MANIFEST) return source.text;
  const { config, layers }: { config: Descriptor; layers: Descriptor[] } = JSON.parse(source.text);
  const descriptor = (mediaType: string, { size, digest }: Descriptor) => ({ mediaType, size, digest });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: DOCKER_MANIFEST,
    config: descriptor(DOCKER_CONFIG, config),
    layers: layers.map((layer) => descriptor('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)),
  });
}

interface Descriptor {
  readonly size: number;
  readonly digest: string;
}
