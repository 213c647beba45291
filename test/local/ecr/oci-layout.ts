import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layerOf } from '../../../local/images/blob';
import { OCI } from '../../support/manifests';
import { sha256 } from './support';

export interface Layout {
  /** The index of all platforms. */
  readonly index: string;
  /** One manifest per platform, in the order given. */
  readonly manifests: readonly string[];
}

/** Writes an OCI image layout with real layers, whose tag `multi` is an index and whose tag `<architecture>` is each of its images. */
export async function writeLayout(directory: string, architectures: readonly string[]): Promise<Layout> {
  const blobs = join(directory, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const add = async (mediaType: string, content: string | Uint8Array) => {
    const digest = sha256(content);
    await writeFile(join(blobs, digest.slice(7)), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const children: { descriptor: object; text: string; architecture: string }[] = [];
  for (const architecture of architectures) {
    const { bytes, diffId } = await layerOf({ greeting: `hello from ${architecture}` }, OCI.gzip);
    const layer = await add(OCI.gzip, bytes);
    const rootfs = { type: 'layers', diff_ids: [diffId] };
    const config = await add(OCI.config, JSON.stringify({ architecture, os: 'linux', config: {}, rootfs }));
    const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI.manifest, config, layers: [layer] }, null, 2);
    children.push({ descriptor: await add(OCI.manifest, text), text, architecture });
  }
  const manifests = children.map(({ descriptor, architecture }) => ({
    ...descriptor,
    platform: { os: 'linux', architecture },
  }));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests }, null, 1);
  const named = (descriptor: object, name: string) => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': name },
  });
  const top = [
    named(await add(OCI.index, index), 'multi'),
    ...children.map(({ descriptor, architecture }) => named(descriptor, architecture)),
  ];
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: top }));
  return { index, manifests: children.map(({ text }) => text) };
}
