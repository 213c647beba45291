/** Splits one output stream of the function into lines, and sees where an answer ends: there the bootstrap writes the marker. */
export class LogLines {
  #buffer = '';
  #marks = 0;
  #waiting: (() => void) | undefined;
  #ended = false;

  constructor(
    stream: NodeJS.ReadableStream,
    readonly marker: string,
    readonly onLine: (line: string) => void,
  ) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => this.#read(chunk));
    stream.on('end', () => {
      this.#flush();
      this.#ended = true;
      this.#waiting?.();
    });
  }

  /** Resolves at the next marker, or at the end of the stream. */
  async marked(): Promise<void> {
    if (this.#marks === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#marks = Math.max(this.#marks - 1, 0);
  }

  #read(chunk: string): void {
    this.#buffer += chunk;
    for (let at = this.#buffer.indexOf(this.marker); at !== -1; at = this.#buffer.indexOf(this.marker)) {
      const after = this.#buffer.slice(at + this.marker.length);
      this.#buffer = this.#buffer.slice(0, at);
      this.#lines();
      this.#flush();
      this.#buffer = after;
      this.#marks += 1;
      this.#waiting?.();
      this.#waiting = undefined;
    }
    this.#lines();
  }

  #lines(): void {
    const lines = this.#buffer.split('\n');
    this.#buffer = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }

  #flush(): void {
    if (this.#buffer !== '') this.onLine(this.#buffer);
    this.#buffer = '';
  }
}
