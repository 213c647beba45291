import { styleText } from 'node:util';
import type { Io, TextStream } from './io';

export type Style = Parameters<typeof styleText>[0];

/** Data to stdout, everything that is said meanwhile to stderr, so that a pipe carries only data. */
export class Output {
  readonly stdout: TextStream;
  readonly stderr: TextStream;

  /** @param json whether the caller asked for JSON instead of text */
  constructor(
    readonly json: boolean,
    { stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>,
  ) {
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** One line, or lines, of data. */
  print(text: string): void {
    this.stdout.write(`${this.stdout.isTTY ? sanitizeForTerminal(text) : text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** Something to know that is not the answer. */
  note(text: string): void {
    this.stderr.write(`${this.stderr.isTTY ? sanitizeForTerminal(text) : text}\n`);
  }

  /** Styled where stdout is a terminal that shows colours; node:util looks at NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.stdout });
  }

  /** The same for what goes to stderr. */
  noteStyle(style: Style, text: string): string {
    return styleText(style, text, { stream: this.stderr });
  }
}

const ESCAPE = '\u001b';

/** A manifest is hostile input: on a terminal nothing in it may move the cursor, change the title or turn the text around. Colours stay. */
export const sanitizeForTerminal = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}](\[[\d;]*m)?/gu, (found, colour: string | undefined) => {
    if (found.startsWith(ESCAPE) ? colour : /^[\n\t]/.test(found)) return found;
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}${colour ?? ''}`;
  });

/** A reader that has seen enough, such as `| head`, ends the command without a word. Anything else that breaks a stream is an error. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? 0);
    });
  }
}
