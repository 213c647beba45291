import * as images from '../images/catalogue';
import type { Package } from '../images/package';

export type Expected =
  /** `image`: the pushed manifest that the companion must match: `top`, or the index of a child. */
  | { readonly outcome: 'converted' | 'aliased'; readonly image: 'top' | number; readonly isRecompressed?: true }
  | { readonly outcome: 'skipped' | 'refused'; readonly reason: string };

export interface Push {
  readonly pushedAs: string;
  readonly repository: string;
  readonly tag: string;
  readonly package: Package;
  /** What the tag named before this push moved it. */
  readonly earlier: Package | undefined;
  readonly expected: Expected;
}

const converted = (image: 'top' | number): Expected => ({ outcome: 'converted', image });
const recompressed: Expected = { outcome: 'converted', image: 'top', isRecompressed: true };
const aliased = (image: 'top' | number): Expected => ({ outcome: 'aliased', image });
const skipped = (reason: string): Expected => ({ outcome: 'skipped', reason });
const refused = (reason: string): Expected => ({ outcome: 'refused', reason });

async function push(
  pushedAs: string,
  image: `${string}:${string}`,
  pushed: Promise<Package>,
  expected: Expected,
  earlier?: Promise<Package>,
): Promise<Push> {
  const [repository = '', tag = ''] = image.split(':');
  return { pushedAs, repository, tag, package: await pushed, expected, earlier: await earlier };
}

/** One push of each kind that an account sees, as its tool makes it. */
export const pushes = (recompresses: boolean): Promise<readonly Push[]> =>
  Promise.all([
    push('Docker Desktop, OCI manifest', 'ml/inference:v1', images.dockerDesktopImage(), converted('top')),
    push(
      'buildx, 2 platforms + provenance (before BuildKit 0.32)',
      'team/app:v1',
      images.buildxIndex('image manifest'),
      converted(0),
    ),
    push(
      'buildx, 2 platforms + provenance (since BuildKit 0.32)',
      'team/app:v2',
      images.buildxIndex('OCI artifact'),
      converted(0),
    ),
    push('buildah, OCI manifest with annotations', 'team/tool:v1', images.buildahImage(), converted('top')),
    push('kaniko, OCI manifest with a Docker config', 'team/tool:kaniko', images.kanikoImage(), converted('top')),
    push('docker manifest create, Docker list', 'team/app:list', images.dockerList(), aliased(0)),
    push(
      'Docker V2 over an earlier OCI image',
      'ml/inference:latest',
      images.dockerImage('today'),
      aliased('top'),
      images.dockerDesktopImage('yesterday'),
    ),
    push('Docker V2 image', 'legacy/batch:v7', images.dockerImage(), skipped('already-docker')),
    push('BuildKit cache, OCI index', 'team/app:cache', images.buildCache('OCI index'), skipped('build-cache')),
    push(
      'BuildKit cache, Docker list',
      'team/app:cache-docker',
      images.buildCache('Docker list'),
      skipped('build-cache'),
    ),
    push(
      'BuildKit cache, image manifest',
      'team/app:cache-image',
      images.buildCache('image manifest'),
      skipped('build-cache'),
    ),
    push('Helm chart', 'charts/app:1.0.0', images.helmChart(), skipped('artifact')),
    push(
      'buildx with zstd layers',
      'ml/training:v1',
      images.zstdImage(),
      recompresses ? recompressed : refused('zstd-layer'),
    ),
  ]);
