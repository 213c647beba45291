import { styleText } from 'node:util';
import type { Io, TextStream } from './io';

export type Style = Parameters<typeof styleText>[0];

/** Data goes to stdout and everything else to stderr, so that a pipe carries only data. */
export class Output {
  readonly stdout: TextStream;
  readonly stderr: TextStream;

  /** @param json whether to print JSON instead of text */
  constructor(
    readonly json: boolean,
    { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
  ) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** Prints lines of data. */
  print(text: string): void {
    this.stdout.write(`${this.stdout.isTTY ? sanitizeForTerminal(text) : text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** Prints what is not data. */
  note(text: string): void {
    this.stderr.write(`${this.stderr.isTTY ? sanitizeForTerminal(text) : text}\n`);
  }

  /** Styles text for stdout if that shows colors. node:util respects NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.stdout });
  }

  /** Styles text for stderr. */
  noteStyle(style: Style, text: string): string {
    return styleText(style, text, { stream: this.stderr });
  }
}

const ESCAPE = '\u001b';

/** A manifest is hostile input: on a terminal, none of it may move the cursor, change the title or reverse the text. Colors stay. */
export const sanitizeForTerminal = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}](\[[\d;]*m)?/gu, (found, color: string | undefined) => {
    if (found.startsWith(ESCAPE) ? color : /^[\n\t]/.test(found)) return found;
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}${color ?? ''}`;
  });

/** A reader that stops early, such as `| head`, ends the process quietly. Any other failure of a stream is an error. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? 0);
    });
  }
}
