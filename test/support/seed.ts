import type { LocalEcr } from '../../local';
import {
  DOCKER_CONFIG,
  DOCKER_GZIP_LAYER,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_GZIP_LAYER,
  OCI_INDEX,
  OCI_MANIFEST,
  OCI_ZSTD_LAYER,
} from '../../local/ecr/media-types';
import { digestOf } from '../../local/images/blob';

/** The kinds of seeded source tags, and of their companions. */
export const SEEDED_KINDS = [
  'oci',
  'oci-right',
  'oci-stale',
  'index',
  'list',
  'docker',
  'docker-stale',
  'zstd',
  'chart',
  'cache',
] as const;
export type SeededKind = (typeof SEEDED_KINDS)[number];

export interface SeededTag {
  readonly repository: string;
  readonly tag: string;
  readonly kind: SeededKind;
  /** The companion that the tag must have in the end, byte for byte; absent if it must have none. */
  readonly companion?: string;
}

export interface SeedOptions {
  readonly repositories: number;
  /** Source tags, over all repositories. */
  readonly images: number;
  readonly seed: number;
}

/** How often each kind is, of 100. */
const SHARES: readonly (readonly [SeededKind, number])[] = [
  ['oci', 40],
  ['oci-right', 12],
  ['oci-stale', 4],
  ['index', 12],
  ['list', 3],
  ['docker', 18],
  ['docker-stale', 3],
  ['zstd', 2],
  ['chart', 4],
  ['cache', 2],
];

/** Fills a registry with repositories of mixed images, without events: the account on the day of deployment. The same seed is the same registry. */
export function seed(ecr: LocalEcr, { repositories, images, seed: start }: SeedOptions): readonly SeededTag[] {
  const random = generator(start);
  const names = Array.from({ length: repositories }, (_, at) => `${['team', 'ml', 'platform'][at % 3]}/app-${at}`);
  return Array.from({ length: images }, (_, at) => {
    const repository = names[at % names.length] ?? '';
    return store(ecr, repository, `v${Math.floor(at / names.length)}`, pick(random() * 100), `${start}-${at}`);
  });
}

function pick(point: number): SeededKind {
  let left = point;
  for (const [kind, share] of SHARES) {
    if (left < share) return kind;
    left -= share;
  }
  return 'oci';
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator; good enough to mix kinds. */
function generator(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const blob = (mediaType: string, name: string) => ({ mediaType, size: 1_000 + name.length, digest: digestOf(name) });
const layersOf = (mediaType: string, name: string) => [
  blob(mediaType, `${name} layer 0`),
  blob(mediaType, `${name} layer 1`),
];

const oci = (name: string, layer = OCI_GZIP_LAYER, config = OCI_CONFIG): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: blob(config, `${name} config`),
    layers: layersOf(layer, name),
  });
/** The same image as its companion must be, in the form that skopeo writes. */
const docker = (name: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: DOCKER_MANIFEST,
    config: blob(DOCKER_CONFIG, `${name} config`),
    layers: layersOf(DOCKER_GZIP_LAYER, name),
  });

function store(ecr: LocalEcr, repository: string, tag: string, kind: SeededKind, name: string): SeededTag {
  const put = (text: string, mediaType: string, under?: string) =>
    ecr.store(repository, { bytes: Buffer.from(text), mediaType, tag: under });
  const companionTag = `${tag}-dockerv2`;
  const child = (text: string, mediaType: string, architecture: string) => {
    const { digest } = put(text, mediaType);
    return { mediaType, digest, size: text.length, platform: { os: 'linux', architecture } };
  };
  const seeded = { repository, tag, kind };
  switch (kind) {
    case 'oci':
      put(oci(name), OCI_MANIFEST, tag);
      return { ...seeded, companion: docker(name) };
    case 'oci-right':
      put(oci(name), OCI_MANIFEST, tag);
      put(docker(name), DOCKER_MANIFEST, companionTag);
      return { ...seeded, companion: docker(name) };
    case 'oci-stale':
      put(oci(name), OCI_MANIFEST, tag);
      put(docker(`${name} of yesterday`), DOCKER_MANIFEST, companionTag);
      return { ...seeded, companion: docker(name) };
    case 'index': {
      const manifests = ['arm64', 'amd64'].map((architecture) =>
        child(oci(`${name} ${architecture}`), OCI_MANIFEST, architecture),
      );
      put(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }), OCI_INDEX, tag);
      return { ...seeded, companion: docker(`${name} amd64`) };
    }
    case 'list': {
      const manifests = ['arm64', 'amd64'].map((architecture) =>
        child(docker(`${name} ${architecture}`), DOCKER_MANIFEST, architecture),
      );
      put(JSON.stringify({ schemaVersion: 2, mediaType: DOCKER_LIST, manifests }), DOCKER_LIST, tag);
      return { ...seeded, companion: docker(`${name} amd64`) };
    }
    case 'docker':
      put(docker(name), DOCKER_MANIFEST, tag);
      return seeded;
    case 'docker-stale':
      put(docker(name), DOCKER_MANIFEST, tag);
      put(docker(`${name} of yesterday`), DOCKER_MANIFEST, companionTag);
      return { ...seeded, companion: docker(name) };
    case 'zstd':
      put(oci(name, OCI_ZSTD_LAYER), OCI_MANIFEST, tag);
      return seeded;
    case 'chart':
      put(
        oci(name, 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/vnd.cncf.helm.config.v1+json'),
        OCI_MANIFEST,
        tag,
      );
      return seeded;
    case 'cache':
      put(oci(name, OCI_GZIP_LAYER, 'application/vnd.buildkit.cacheconfig.v0'), OCI_MANIFEST, tag);
      return seeded;
  }
}

/** The tags whose companion is not as expected. */
export const wrongCompanions = (ecr: LocalEcr, seeded: readonly SeededTag[]): readonly SeededTag[] =>
  seeded.filter(
    ({ repository, tag, companion }) => ecr.manifest(repository, `${tag}-dockerv2`)?.bytes.toString() !== companion,
  );
