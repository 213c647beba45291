import { text } from 'node:stream/consumers';
import { CliError } from './errors';
import { EXIT, type ExitCode, worst } from './exit-code';
import { type ImageReference, imagesInText, parseImage } from './image-reference';
import type { AccountOptions } from './options';
import type { Output } from './output';
import { tell } from './run';

/** The images that the arguments name; `-` stands for those on stdin. @throws CliError if there are none */
export async function imagesOf(args: readonly string[], output: Output): Promise<readonly (() => ImageReference)[]> {
  const images: (() => ImageReference)[] = [];
  for (const arg of args) {
    if (arg !== '-') images.push(() => parseImage(arg));
    else {
      if (process.stdin.isTTY) output.note('Paste image names or an error message, then Ctrl-D.');
      for (const image of imagesInText(await text(process.stdin))) images.push(() => image);
    }
  }
  if (images.length === 0)
    throw new CliError(
      'There is no image in what came on stdin.',
      'Expected image names, or an error message with an ECR URI in it.',
    );
  return images;
}

/**
 * Does one thing to each image; an error ends that image, not the others.
 * @param act returns the image's exit code, and what `--json` prints of it
 */
export async function forEachImage(
  args: readonly string[],
  options: AccountOptions,
  output: Output,
  act: (
    image: ImageReference,
    at: number,
  ) => Promise<{ readonly exitCode: ExitCode; readonly json: readonly object[] }>,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  const json: object[] = [];
  for (const [at, image] of (await imagesOf(args, output)).entries()) {
    try {
      const reference = image();
      noteRegion(reference, options, output);
      const done = await act(reference, at);
      codes.push(done.exitCode);
      json.push(...done.json);
    } catch (error) {
      const { exitCode, message, hint } = tell(error, options, output);
      codes.push(exitCode);
      json.push({ image: args[at] ?? '', error: { message, ...(hint ? { hint } : {}) } });
    }
  }
  if (output.json) output.printJson(json);
  return codes.length > 0 ? worst(codes) : EXIT.unknown;
}

/** The URI's Region counts, since the image is there; whoever gave another one should know. */
export function noteRegion({ region, text }: ImageReference, options: AccountOptions, output: Output): void {
  if (region && options.region && region !== options.region)
    output.note(`note: ${text} is in ${region}, so --region ${options.region} is not used`);
}
