import type { CliError } from './errors';
import { explain } from './explain';
import type { AccountOptions } from './options';
import type { Output } from './output';

/** Explains an error on stderr. @returns the explanation */
export function reportError(error: unknown, options: AccountOptions, output: Output): CliError {
  const explained = explain(error, options.profile);
  const { message, hint } = explained;
  output.note(`${output.noteStyle('red', 'error:')} ${message}${hint ? `\n${hint}` : ''}`);
  if ((options.verbose || process.env.DEBUG) && error instanceof Error) output.note(stackOf(error));
  return explained;
}

function stackOf(error: Error): string {
  const { requestId } = (error as { $metadata?: { requestId?: string } }).$metadata ?? {};
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${requestId ? `\nAWS request id ${requestId}` : ''}${cause}`;
}
