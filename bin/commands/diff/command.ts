import type { Command } from 'commander';
import { Accounts } from '../../cli/account';
import { action, type CommandContext } from '../../cli/action';
import { platforms } from '../../cli/arguments';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { parseImage } from '../../cli/image-reference';
import { noteRegion } from '../../cli/images';
import { type AccountOptions, addAccountOptions } from '../../cli/options';
import { type DiffOptions, diffOf } from './diff-images';
import { readSide, type Side } from './images';
import { diffText } from './text';

const HELP = `
Two images are the same if they have the same config (the image ID) and layers of the same content. Media types, annotations and the
compression of layers can differ. Of an index, the image of the other side's platform is compared, and of two indexes all images.
Content is compared by the digests of layers, and where those differ by the diff_ids of the config, which every container runtime checks.
With --layers, layers with other digests are downloaded, decompressed and hashed.
Needs ecr:BatchGetImage, and ecr:GetDownloadUrlForLayer unless both are single images with the same digests of config and layers.

Exit code: 0 the same image, 1 another image, 2 could not find out.

Examples:
  ecr-oci diff team/app:v1 team/app:v1-dockerv2
  ecr-oci diff team/app:v1 team/app:v1-dockerv2 --layers
  ecr-oci diff team/app:v1 team/app:v2 --json | jq -r '.differences[] | select(.kind == "config") | .where'`;

export function addDiff(program: Command): void {
  const command = program
    .command('diff')
    .description(
      'Show whether two references are the same image, such as a companion and its source, and what differs.',
    )
    .argument('<a>', 'an image')
    .argument('<b>', 'another image')
    .option('--platform <os/arch>', 'the platform to take from an index; repeatable', platforms)
    .option('--layers', 'read the layers that have other digests, and compare their content');
  addAccountOptions(command).addHelpText('after', HELP).action(action(runDiff));
}

async function runDiff({ args, options, output, io }: CommandContext<AccountOptions & DiffOptions>): Promise<ExitCode> {
  const accounts = new Accounts(options, io);
  const [a, b] = args.map((name) => parseImage(name, options.endpointUrl));
  if (!a || !b) throw new Error('commander passes both arguments');
  for (const reference of [a, b]) noteRegion(reference, options, output);
  const [ofA, ofB] = [await readSide(accounts.of(a), a), await readSide(accounts.of(b), b)];
  const diff = await diffOf(ofA, ofB, options);
  if (output.json) output.printJson({ a: sideJson(ofA), b: sideJson(ofB), ...diff });
  else output.print(diffText(ofA, ofB, diff, output));
  return diff.isSame ? EXIT.ok : EXIT.no;
}

const sideJson = ({ name, stored: { digest, mediaType } }: Side): object => ({ image: name, digest, mediaType });
