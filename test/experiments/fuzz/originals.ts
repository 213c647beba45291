import * as catalogue from '../../../local/images/catalogue';
import type { Package } from '../../../local/images/package';
import { descriptor, dockerImage, index, OCI, ociImage, platform } from '../../support/manifests';

export interface Original {
  readonly text: string;
  readonly mediaType: string;
}

/** Every manifest of the catalogue and of test/support, as its tool writes it. */
export async function originals(): Promise<readonly Original[]> {
  const packages: readonly Package[] = await Promise.all([
    catalogue.dockerDesktopImage(),
    catalogue.dockerImage(),
    catalogue.buildahImage(),
    catalogue.kanikoImage(),
    catalogue.zstdImage(),
    catalogue.buildxIndex('image manifest'),
    catalogue.buildxIndex('OCI artifact'),
    catalogue.dockerList(),
    catalogue.buildCache('OCI index'),
    catalogue.buildCache('Docker list'),
    catalogue.buildCache('image manifest'),
    catalogue.helmChart(),
  ]);
  const foreign = descriptor(OCI.foreignGzip, 'foreign', { urls: ['https://example.com/a?b=<c>&d'] });
  const child = (manifest: { mediaType: string }, more: object) =>
    descriptor(manifest.mediaType, JSON.stringify(manifest), more);
  const written = [
    ociImage('rich', { annotations: { a: 'b' }, subject: descriptor(OCI.manifest, 'subject'), layers: [foreign] }),
    ociImage('tar', { layers: [descriptor(OCI.tar, 'tar', { annotations: { c: 'd' }, data: 'e30=' })] }),
    dockerImage('plain'),
    index([child(ociImage(), platform('amd64')), child(ociImage('v7'), platform('arm', 'v7'))]),
    index([child(ociImage(), {}), child(index([]), {})], { artifactType: '', annotations: {} }),
  ];
  return [
    ...packages.flatMap(({ top, children }) => [top, ...children]),
    ...written.map((manifest) => ({ text: JSON.stringify(manifest), mediaType: manifest.mediaType })),
  ];
}
