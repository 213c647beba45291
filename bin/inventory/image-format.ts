import type { Manifest } from '../../lambda/core/manifest/manifest';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA_1,
} from '../../lambda/core/manifest/media-types';
import { Refusal } from '../../lambda/core/reasons';
import type { ImageKind } from './row';

const FORMATS = new Map([
  [OCI_MANIFEST, 'OCI image'],
  [OCI_INDEX, 'OCI index'],
  [DOCKER_MANIFEST, 'Docker V2'],
  [DOCKER_LIST, 'Docker list'],
  ...SCHEMA_1.map((mediaType) => [mediaType, 'Docker V1'] as const),
]);

/** What people call the format of a manifest, and what kind of thing it is. */
export function formatOf(
  mediaType: string,
  manifest: Manifest | Refusal | undefined,
): { readonly kind: ImageKind; readonly format: string } {
  const format = FORMATS.get(mediaType) ?? 'unknown';
  if (!manifest || manifest instanceof Refusal) return { kind: 'unknown', format };
  if (manifest.kind === 'artifact') return { kind: 'artifact', format: 'artifact' };
  return manifest.kind === 'build-cache'
    ? { kind: 'build-cache', format: 'build cache' }
    : { kind: manifest.kind, format };
}
