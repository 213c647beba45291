import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, sha256 } from './support';

/** A tar archive of one file of less than 512 bytes, in the ustar format. */
function tarOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8) + octal(0, 8) + octal(Buffer.byteLength(content), 12) + octal(0, 12), 108);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  const body = Buffer.alloc(512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}

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
    const tar = tarOf('greeting', `hello from ${architecture}`);
    const layer = await add(OCI_LAYER, gzipSync(tar));
    const rootfs = { type: 'layers', diff_ids: [sha256(tar)] };
    const config = await add(OCI_CONFIG, JSON.stringify({ architecture, os: 'linux', config: {}, rootfs }));
    const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] }, null, 2);
    children.push({ descriptor: await add(OCI_MANIFEST, text), text, architecture });
  }
  const manifests = children.map(({ descriptor, architecture }) => ({
    ...descriptor,
    platform: { os: 'linux', architecture },
  }));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, null, 1);
  const named = (descriptor: object, name: string) => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': name },
  });
  const top = [
    named(await add(OCI_INDEX, index), 'multi'),
    ...children.map(({ descriptor, architecture }) => named(descriptor, architecture)),
  ];
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: top }));
  return { index, manifests: children.map(({ text }) => text) };
}
