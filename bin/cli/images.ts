import { text } from 'node:stream/consumers';
import type { CommandContext } from './action';
import { CliError } from './errors';
import { type ExitCode, worstExitCode } from './exit-code';
import { type ImageReference, imagesInText, parseImage } from './image-reference';
import type { AccountOptions } from './options';
import type { Output } from './output';
import { reportError } from './report-error';

/** The images in the arguments; `-` stands for those on stdin, and so does a pipe without arguments. @throws CliError if there are none */
async function imagesOf({ args, output, io }: CommandContext<unknown>): Promise<readonly string[]> {
  const names: string[] = [];
  if (args.length === 0 && io.stdin.isTTY)
    throw new CliError('No image was given.', 'Expected image names, or - for stdin.');
  for (const name of args.length > 0 ? args : ['-']) {
    if (name !== '-') names.push(name);
    else {
      if (io.stdin.isTTY) output.note('Paste image names or an error message, then press Ctrl-D.');
      names.push(...imagesInText(await text(io.stdin)));
    }
  }
  if (names.length === 0)
    throw new CliError('Stdin has no image.', 'Expected image names, or an error message that contains an ECR URI.');
  return names;
}

export interface ImageResult {
  readonly exitCode: ExitCode;
  /** What `--json` prints. */
  readonly json: readonly object[];
}

/** Does one thing to each image. An error ends that image, not the others. */
export async function forEachImage<Options extends AccountOptions>(
  context: CommandContext<Options>,
  act: (image: ImageReference, at: number) => Promise<ImageResult>,
): Promise<ExitCode> {
  const { options, output } = context;
  const results: ImageResult[] = [];
  for (const [at, name] of (await imagesOf(context)).entries()) {
    try {
      const image = parseImage(name, options.endpointUrl);
      noteRegion(image, options, output);
      results.push(await act(image, at));
    } catch (error) {
      const explained = reportError(error, options, output);
      results.push({ exitCode: explained.exitCode, json: [{ image: name, error: explained }] });
    }
  }
  if (output.json) output.printJson(results.flatMap(({ json }) => json));
  return worstExitCode(results.map(({ exitCode }) => exitCode));
}

/** The Region of the URI wins, since the image is there. */
export function noteRegion({ region, text }: ImageReference, options: AccountOptions, output: Output): void {
  if (region && options.region && region !== options.region)
    output.note(`note: ${text} is in ${region}; --region ${options.region} is ignored`);
}
