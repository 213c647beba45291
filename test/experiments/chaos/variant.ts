import { digestOf } from '../../../local/images/blob';
import type { Package } from '../../../local/images/package';

/** What every config of the catalogue says; another time of the same length changes digests and nothing else. */
const CREATED = '2026-11-01T00:00:00Z';

/** Another build of the same image: the same layers, other configs, and so other manifests, as thousands of builds a day make them. */
export function variantOf({ blobs, children, top }: Package, build: number): Package {
  const created = new Date(Date.parse(CREATED) + build * 1_000).toISOString().replace('.000Z', 'Z');
  const renamed = new Map([[CREATED, created]]);
  const rewrite = (text: string) => [...renamed].reduce((result, [from, to]) => result.replaceAll(from, to), text);
  const texts = [...blobs.filter(isJson).map(({ bytes }) => bytes.toString()), ...children.map(({ text }) => text)];
  // Each pass carries new digests one level up: config, manifest, attestation of it, index.
  for (let changed = true; changed; ) {
    changed = false;
    for (const text of texts) {
      const digest = digestOf(rewrite(text));
      const known = renamed.get(digestOf(text)) ?? digestOf(text);
      if (digest === known) continue;
      renamed.set(digestOf(text), digest);
      changed = true;
    }
  }
  return {
    blobs: blobs.map((blob) => (isJson(blob) ? { ...blob, bytes: Buffer.from(rewrite(blob.bytes.toString())) } : blob)),
    children: children.map((child) => ({ ...child, text: rewrite(child.text) })),
    top: { ...top, text: rewrite(top.text) },
  };
}

const isJson = ({ mediaType }: { readonly mediaType: string }): boolean => /json|cacheconfig/.test(mediaType);
