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
} from '../images/catalogue';
import type { Package } from '../images/package';

/** What must have become of a push. */
export type Expected =
  /** `image`: the index of the child manifest that the companion must be, or `top` for the pushed manifest itself. */
  | { readonly outcome: 'converted' | 'aliased'; readonly image: 'top' | number }
  | { readonly outcome: 'skipped' | 'refused'; readonly reason: string };

export interface Push {
  readonly pushedAs: string;
  readonly repository: string;
  readonly tag: string;
  readonly package: Package;
  /** What the tag named before, so that this push moves it. */
  readonly earlier?: Package;
  readonly expected: Expected;
}

const skipped = (reason: string): Expected => ({ outcome: 'skipped', reason });

/** One push of each kind that an account sees, as its tool makes it. */
export async function pushes(): Promise<readonly Push[]> {
  return [
    {
      pushedAs: 'Docker Desktop, OCI manifest',
      repository: 'ml/inference',
      tag: 'v1',
      package: await dockerDesktopImage(),
      expected: { outcome: 'converted', image: 'top' },
    },
    {
      pushedAs: 'buildx, 2 platforms + provenance (before BuildKit 0.32)',
      repository: 'team/app',
      tag: 'v1',
      package: await buildxIndex('image manifest'),
      expected: { outcome: 'converted', image: 0 },
    },
    {
      pushedAs: 'buildx, 2 platforms + provenance (since BuildKit 0.32)',
      repository: 'team/app',
      tag: 'v2',
      package: await buildxIndex('OCI artifact'),
      expected: { outcome: 'converted', image: 0 },
    },
    {
      pushedAs: 'buildah, OCI manifest with annotations',
      repository: 'team/tool',
      tag: 'v1',
      package: await buildahImage(),
      expected: { outcome: 'converted', image: 'top' },
    },
    {
      pushedAs: 'kaniko, OCI manifest with a Docker config',
      repository: 'team/tool',
      tag: 'kaniko',
      package: await kanikoImage(),
      expected: { outcome: 'converted', image: 'top' },
    },
    {
      pushedAs: 'docker manifest create, Docker list',
      repository: 'team/app',
      tag: 'list',
      package: await dockerList(),
      expected: { outcome: 'aliased', image: 0 },
    },
    {
      pushedAs: 'Docker V2 over an earlier OCI image',
      repository: 'ml/inference',
      tag: 'latest',
      earlier: await dockerDesktopImage('yesterday'),
      package: await dockerImage('today'),
      expected: { outcome: 'aliased', image: 'top' },
    },
    {
      pushedAs: 'Docker V2 image',
      repository: 'legacy/batch',
      tag: 'v7',
      package: await dockerImage(),
      expected: skipped('already-docker'),
    },
    {
      pushedAs: 'BuildKit cache, OCI index',
      repository: 'team/app',
      tag: 'cache',
      package: await buildCache('OCI index'),
      expected: skipped('build-cache'),
    },
    {
      pushedAs: 'BuildKit cache, Docker list',
      repository: 'team/app',
      tag: 'cache-docker',
      package: await buildCache('Docker list'),
      expected: skipped('build-cache'),
    },
    {
      pushedAs: 'BuildKit cache, image manifest',
      repository: 'team/app',
      tag: 'cache-image',
      package: await buildCache('image manifest'),
      expected: skipped('build-cache'),
    },
    {
      pushedAs: 'Helm chart',
      repository: 'charts/app',
      tag: '1.0.0',
      package: await helmChart(),
      expected: skipped('artifact'),
    },
    {
      pushedAs: 'buildx with zstd layers',
      repository: 'ml/training',
      tag: 'v1',
      package: await zstdImage(),
      expected: { outcome: 'refused', reason: 'zstd-layer' },
    },
  ];
}
