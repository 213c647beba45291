import {
  type Conversion,
  isDocker,
  toDocker,
  toOci,
  type UncompressedLayers,
} from '../../../lambda/core/manifest/convert';
import { digestOf } from '../../../lambda/core/manifest/digest';
import { type ImageManifest, readManifest } from '../../../lambda/core/manifest/manifest';
import { isOci } from '../../../lambda/core/manifest/media-types';
import { Refusal } from '../../../lambda/core/reasons';
import { CliError } from '../../cli/errors';
import { EXIT } from '../../cli/exit-code';
import { remedyOf } from '../../cli/remedy';

export const FORMS = ['docker', 'oci'] as const;
export type Form = (typeof FORMS)[number];

/** @throws CliError if the manifest can't have this form */
export function convertManifest(bytes: Uint8Array, form: Form, uncompressedLayers: UncompressedLayers): Conversion {
  const image = imageIn(bytes);
  if (form === 'docker' ? isDocker(image) : isAllOci(image))
    return { manifest: { mediaType: image.mediaType, bytes, digest: digestOf(bytes) }, droppedFields: [] };
  const conversion = form === 'docker' ? toDocker(image, uncompressedLayers) : toOci(image);
  if (conversion instanceof Refusal) throw refusedFor(conversion);
  return conversion;
}

function imageIn(bytes: Uint8Array): ImageManifest {
  const manifest = readManifest(bytes);
  if (manifest instanceof Refusal) throw refusedFor(manifest);
  switch (manifest.kind) {
    case 'image':
      return manifest;
    case 'index':
      throw refused(
        'this is an index. Its images are manifests of their own in the registry',
        `Convert the manifest of one of them, such as ${manifest.children[0]?.digest}, or let \`ecr-oci repair\` choose.`,
      );
    case 'artifact':
      throw refused(`this is an artifact of type ${manifest.artifactType}, not a container image`);
    case 'build-cache':
      throw refused('this is a BuildKit cache, not a container image');
  }
}

const isAllOci = ({ mediaType, config, layers }: ImageManifest): boolean =>
  [mediaType, config.mediaType, ...layers.map((layer) => layer.mediaType)].every(isOci);

const refused = (why: string, hint?: string) => new CliError(`refused: ${why}.`, hint, EXIT.no);
const refusedFor = ({ reason, detail }: Refusal) => refused(`${reason}: ${detail}`, remedyOf(reason));
