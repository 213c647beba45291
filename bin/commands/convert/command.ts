import { createReadStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { UNCOMPRESSED_LAYERS, type UncompressedLayers } from '../../../lambda/core/manifest/convert';
import { MAX_MANIFEST_BYTES } from '../../../lambda/core/manifest/manifest';
import { action, type CommandContext } from '../../cli/action';
import { CliError } from '../../cli/errors';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { addCommonOptions, type CommonOptions } from '../../cli/options';
import { convertManifest, FORMS, type Form } from './convert-manifest';

interface ConvertOptions extends CommonOptions {
  readonly to: Form;
  readonly uncompressedLayers: UncompressedLayers;
}

const HELP = `
Reads one manifest, asks no registry, and writes the exact bytes of the other form: in a pipe, they hash to the digest that stderr shows.
A manifest that already has the form is written as it is.

Exit code: 0 converted, 1 refused, 2 could not be read.

Examples:
  ecr-oci convert manifest.json > docker-manifest.json
  skopeo inspect --raw docker://REGISTRY/team/app:v1 | ecr-oci convert
  ecr-oci convert --to oci docker-manifest.json --json | jq -r .digest`;

export function addConvert(program: Command): void {
  const command = program
    .command('convert')
    .description('Convert a manifest offline, from OCI to Docker V2 Schema 2 or back.')
    .argument('[file]', 'a manifest, or - for stdin', '-')
    .addOption(new Option('--to <form>', 'the form to write').choices(FORMS).default('docker'))
    .addOption(
      new Option('--uncompressed-layers <what>', 'what to do with layers that are plain tar')
        .choices(UNCOMPRESSED_LAYERS)
        .default('refuse'),
    );
  addCommonOptions(command).addHelpText('after', HELP).action(action(runConvert));
}

async function runConvert({ args, options, output, io }: CommandContext<ConvertOptions>): Promise<ExitCode> {
  const [file = '-'] = args;
  if (file === '-' && io.stdin.isTTY) output.note('Paste a manifest, then press Ctrl-D.');
  const bytes = await read(file, file === '-' ? io.stdin : createReadStream(file));
  const { manifest, droppedFields } = convertManifest(bytes, options.to, options.uncompressedLayers);
  const { mediaType, digest } = manifest;
  const text = new TextDecoder().decode(manifest.bytes);
  if (output.json) {
    output.printJson({ mediaType, digest, droppedFields, manifest: text });
    return EXIT.ok;
  }
  for (const path of droppedFields) output.note(`drops ${path}`);
  output.note(`${mediaType} ${digest}`);
  if (output.stdout.isTTY) output.print(text);
  else output.stdout.write(text);
  return EXIT.ok;
}

/** No more than a manifest can have, whatever comes on stdin. */
async function read(name: string, stream: AsyncIterable<Buffer | string>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size > MAX_MANIFEST_BYTES) break;
    }
  } catch (error) {
    throw new CliError(`Can't read ${name}: ${(error as Error).message}.`, undefined, EXIT.unknown, { cause: error });
  }
  return Buffer.concat(chunks);
}
