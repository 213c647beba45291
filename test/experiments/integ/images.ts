import { buildxIndex, dockerDesktopImage, zstdImage } from '../../../local/images/catalogue';
import type { Package } from '../../../local/images/package';
import type { Names } from './names';

/** An image of this run, as its tool pushes it. */
export interface TestImage {
  readonly pushedAs: string;
  readonly repository: string;
  readonly tag: string;
  readonly package: Package;
  /** Which of its manifests the companion must be made from. */
  readonly runnable: Package['top'];
}

export type TestImages = Readonly<Record<'manifest' | 'index' | 'read' | 'quiet' | 'zstd', TestImage>>;

/** A few kilobytes each. */
export async function testImages({ repositories: { images, layers } }: Names): Promise<TestImages> {
  const image = (pushedAs: string, repository: string, tag: string, of: Package): TestImage => ({
    pushedAs,
    repository,
    tag,
    package: of,
    runnable: of.children[0] ?? of.top,
  });
  return {
    manifest: image('OCI manifest', images, 'v1', await dockerDesktopImage('integ')),
    index: image('OCI index', images, 'index', await buildxIndex('OCI artifact', 'integ index')),
    read: image('OCI manifest that only this run reads', images, 'read', await dockerDesktopImage('integ read')),
    quiet: image('OCI manifest that only the service reads', images, 'quiet', await dockerDesktopImage('integ quiet')),
    zstd: image('OCI manifest with zstd layers', layers, 'zstd', await zstdImage()),
  };
}
