import {
  DOCKER_CONFIG,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_GZIP_LAYER,
  OCI_INDEX,
  OCI_MANIFEST,
  OCI_ZSTD_LAYER,
} from '../../../local/ecr/media-types';
import { digestOf, type Layer, layerOf } from '../../../local/images/blob';
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
import { type Demanded, DOCKER_ZSTD_LAYER, OCI_TAR_LAYER } from './companion';

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
    const layers = [await layerOf({ 'bin/serve': architecture }, OCI_GZIP_LAYER)];
    return {
      of: imageOf({ mediaType: OCI_MANIFEST, configMediaType: OCI_CONFIG, layers, architecture }),
      about: {},
    };
  });
  return indexOf(OCI_INDEX, await Promise.all(children));
}

const zstd = (name: string, mediaType: string = OCI_ZSTD_LAYER): Promise<Layer> =>
  layerOf({ [name]: name }, mediaType, 'zstd');
const gzip = (name: string): Promise<Layer> => layerOf({ [name]: name }, OCI_GZIP_LAYER);
const tar = (name: string): Promise<Layer> => layerOf({ [name]: name }, OCI_TAR_LAYER, 'none');

/** Images with layers that Docker V2 Schema 2 has no type for. Some share a base, so that one finds the layer that another left. */
async function kindsToRecompress(): Promise<readonly Kind[]> {
  const base = await zstd('base');
  const recompressed = (of: 'top' | number) => ({ companion: 'recompressed', of }) as const;
  const refused = (reason: string) => ({ companion: 'left', outcome: 'refused', reason }) as const;
  const about = (architecture: string) => ({ platform: { architecture, os: 'linux' } });
  const docker = { mediaType: DOCKER_MANIFEST, configMediaType: DOCKER_CONFIG };
  return [
    { name: 'zstd', weight: 5, base: await zstdImage(), demanded: recompressed('top') },
    {
      name: 'gzip on zstd',
      weight: 4,
      base: imageOf({ layers: [base, await gzip('app'), await gzip('more')] }),
      demanded: recompressed('top'),
    },
    {
      name: 'tar',
      weight: 4,
      base: imageOf({ layers: [await tar('base'), await tar('bazel'), await tar('bazel')] }),
      demanded: recompressed('top'),
    },
    {
      name: 'Docker V2 with zstd',
      weight: 2,
      base: imageOf({ ...docker, layers: [await zstd('docker', DOCKER_ZSTD_LAYER)] }),
      demanded: recompressed('top'),
    },
    {
      name: 'index of zstd images',
      weight: 3,
      base: indexOf(OCI_INDEX, [
        { of: imageOf({ layers: [base, await zstd('amd64')] }), about: about('amd64') },
        { of: imageOf({ layers: [await zstd('arm64')], architecture: 'arm64' }), about: about('arm64') },
      ]),
      demanded: recompressed(0),
    },
    {
      name: 'zstd with a wrong diff_id',
      weight: 2,
      base: imageOf({ layers: [base, { ...(await zstd('wrong')), diffId: digestOf('something else') }] }),
      demanded: refused('layer-content-mismatch'),
    },
    {
      name: 'encrypted zstd',
      weight: 1,
      base: imageOf({ layers: [await zstd('secret', `${OCI_ZSTD_LAYER}+encrypted`)] }),
      demanded: refused('encrypted-layer'),
    },
  ];
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
    ...(await kindsToRecompress()),
    { name: 'Helm chart', weight: 3, base: await helmChart(), demanded: skipped('artifact') },
    { name: 'cache index', weight: 2, base: await buildCache('OCI index'), demanded: skipped('build-cache') },
    { name: 'cache manifest', weight: 2, base: await buildCache('image manifest'), demanded: skipped('build-cache') },
  ];
}
