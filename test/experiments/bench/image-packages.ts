import { OCI_GZIP_LAYER, OCI_INDEX } from '../../../local/ecr/media-types';
import { layerOf } from '../../../local/images/blob';
import { imageOf, indexOf, type Package } from '../../../local/images/package';

const each = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

async function image(layers: number, more: object = {}, architecture = 'amd64'): Promise<Package> {
  const made = each(layers, (n) => layerOf({ [`${architecture}-${n}.txt`]: `layer ${n}` }, OCI_GZIP_LAYER));
  return imageOf({ layers: await Promise.all(made), more, architecture });
}

/** Of this many platforms, the one that is wanted among them. */
async function index(children: number): Promise<Package> {
  const architectures = each(children, (n) => (n === children - 1 ? 'amd64' : `arch${n}`));
  const images = await Promise.all(architectures.map((architecture) => image(3, {}, architecture)));
  const about = (n: number) => ({ platform: { os: 'linux', architecture: architectures[n] } });
  return indexOf(
    OCI_INDEX,
    images.map((of, n) => ({ of, about: about(n) })),
  );
}

const annotations = (bytes: number) =>
  Object.fromEntries(each(Math.floor(bytes / 1_040), (n) => [`com.example.annotation.${n}`, 'x'.repeat(1_000)]));

/** What is pushed: from small to as large as a manifest may be. */
export const PACKAGES: Readonly<Record<string, () => Promise<Package>>> = {
  '1 layer': () => image(1),
  '10 layers': () => image(10),
  '100 layers': () => image(100),
  'a manifest of 4 MB': () => image(3, { annotations: annotations(4e6) }),
  'an index of 2 images': () => index(2),
  'an index of 20 images': () => index(20),
};
