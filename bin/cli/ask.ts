import { createInterface } from 'node:readline';
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
