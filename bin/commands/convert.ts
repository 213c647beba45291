import { createReadStream } from 'node:fs';
import { type Command, Option } from 'commander';
import {
  isDocker,
  toDocker,
  toOci,
  UNCOMPRESSED_LAYERS,
  type UncompressedLayers,
} from '../../lambda/core/manifest/convert';
import { digestOf } from '../../lambda/core/manifest/digest';
import {
  type ImageManifest,
  MAX_MANIFEST_BYTES,
  type Manifest,
  readManifest,
} from '../../lambda/core/manifest/manifest';
import { isOci } from '../../lambda/core/manifest/media-types';
import { Refusal } from '../../lambda/core/reasons';
import type { StoredManifest } from '../../lambda/core/registry';
import { action } from '../cli/action';
import { CliError } from '../cli/errors';
import { EXIT } from '../cli/exit-code';
import { addCommonOptions, type CommonOptions } from '../cli/options';
import { remedyOf } from '../cli/remedy';

interface ConvertOptions extends CommonOptions {
  readonly to: 'docker' | 'oci';
  readonly uncompressedLayers: UncompressedLayers;
}

const EXAMPLES = `
Reads one manifest, asks no registry, and writes the exact bytes of the other form: piped on, they hash to the digest that stderr names.
A manifest that has the form already comes out as it is.

Exit code: 0 converted, 1 refused, 2 could not be read.

Examples:
  ecr-oci convert manifest.json > docker-manifest.json
  skopeo inspect --raw docker://REGISTRY/team/app:v1 | ecr-oci convert
  ecr-oci convert --to oci docker-manifest.json --json | jq -r .digest`;

export function addConvert(program: Command): void {
  const command = program
    .command('convert')
    .description('Convert a manifest, offline: OCI to Docker V2 Schema 2, or back.')
    .argument('[file]', 'a manifest, or - for stdin', '-')
    .addOption(new Option('--to <form>', 'the form to write').choices(['docker', 'oci']).default('docker'))
    .addOption(
      new Option('--uncompressed-layers <what>', 'what to do with layers that are plain tar')
        .choices(UNCOMPRESSED_LAYERS)
        .default('refuse'),
    );
  addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      action<ConvertOptions>(async ({ args, options, output, io }) => {
        const [file = '-'] = args;
        if (file === '-' && io.stdin.isTTY) output.note('Paste a manifest, then press Ctrl-D.');
        const bytes = await read(file, file === '-' ? io.stdin : createReadStream(file));
        const image = imageIn(readManifest(bytes));
        const { manifest, droppedFields } = convert(image, bytes, options);
        const text = new TextDecoder().decode(manifest.bytes);
        if (output.json)
          output.printJson({ mediaType: manifest.mediaType, digest: manifest.digest, droppedFields, manifest: text });
        else {
          for (const path of droppedFields) output.note(`drops ${path}`);
          output.note(`${manifest.mediaType} ${manifest.digest}`);
          output.stdout.write(output.stdout.isTTY ? `${text}\n` : text);
        }
        return EXIT.ok;
      }),
    );
}

/** No more than a manifest can have, whatever is on stdin. */
async function read(file: string, stream: AsyncIterable<Buffer | string>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size > MAX_MANIFEST_BYTES) break;
    }
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}.`, undefined, EXIT.unknown, {
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

const refused = (what: string, hint?: string) => new CliError(what, hint, EXIT.no);
const refusedFor = ({ reason, detail }: Refusal) => refused(`refused: ${reason}: ${detail}.`, remedyOf(reason));

function imageIn(manifest: Manifest | Refusal): ImageManifest {
  if (manifest instanceof Refusal) throw refusedFor(manifest);
  switch (manifest.kind) {
    case 'image':
      return manifest;
    case 'index':
      throw refused(
        'refused: this is an index, whose images are manifests of their own in the registry.',
        `Convert the manifest of one of them, such as ${manifest.children[0]?.digest}, or let \`ecr-oci repair\` choose.`,
      );
    case 'artifact':
      throw refused(`refused: this is an artifact of type ${manifest.artifactType}, no container image.`);
    case 'build-cache':
      throw refused('refused: this is a BuildKit cache, no container image.');
  }
}

function convert(image: ImageManifest, bytes: Uint8Array, { to, uncompressedLayers }: ConvertOptions) {
  const asItIs: StoredManifest = { mediaType: image.mediaType, bytes, digest: digestOf(bytes) };
  if (to === 'docker' ? isDocker(image) : isAllOci(image)) return { manifest: asItIs, droppedFields: [] };
  const conversion = to === 'docker' ? toDocker(image, uncompressedLayers) : toOci(image);
  if (conversion instanceof Refusal) throw refusedFor(conversion);
  return conversion;
}

const isAllOci = ({ mediaType, config, layers }: ImageManifest): boolean =>
  [mediaType, config.mediaType, ...layers.map((layer) => layer.mediaType)].every(isOci);
