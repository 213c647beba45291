import { createInterface } from 'node:readline';
import { CliError } from './errors';
import type { Io } from './io';

/** Asks on the terminal. @returns the answer; nothing if the input ends */
export async function ask(
  { stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>,
  question: string,
): Promise<string | undefined> {
  stderr.write(question);
  // The terminal itself edits the line, so Ctrl-C ends the process as always.
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    for await (const line of lines) return line.trim();
    return undefined;
  } finally {
    lines.close();
  }
}

/** @throws CliError if there is nobody to ask @param nothing what was not done, such as `Nothing was written` */
export function requireTerminal({ stdin }: Pick<Io, 'stdin'>, nothing: string, hint: string): void {
  if (!stdin.isTTY) throw new CliError(`${nothing}: stdin is not a terminal, so there's nobody to ask.`, hint);
}

/** @param question without the choices */
export async function isConfirmed(io: Pick<Io, 'stdin' | 'stderr'>, question: string): Promise<boolean> {
  return /^y(?:es)?$/i.test((await ask(io, `${question} [y/N] `)) ?? '');
}
