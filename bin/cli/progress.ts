import { SingleBar } from 'cli-progress';
import type { TextStream } from './io';

/** How often to print a line where there is no terminal to draw a bar on, such as in CI. */
const LINE_EVERY_MS = 10_000;

/** Shows progress on stderr: a bar on a terminal, otherwise a line now and then. */
export class Progress {
  #bar: SingleBar | undefined;
  #timer: NodeJS.Timeout | undefined;
  #label = '';
  #done = 0;
  #total = 0;
  #printed = -1;

  /** @param isShown false if rows are printed to the same terminal meanwhile */
  constructor(
    readonly stderr: TextStream,
    readonly isShown = true,
    readonly lineEveryMs = LINE_EVERY_MS,
  ) {}

  start(label: string, total: number): void {
    this.stop();
    [this.#label, this.#done, this.#total, this.#printed] = [label, 0, total, -1];
    if (!this.isShown) return;
    if (!this.stderr.isTTY) {
      this.#timer = setInterval(() => this.#print(), this.lineEveryMs);
      return;
    }
    const format = `${label} [{bar}] {value}/{total}, {duration_formatted} elapsed, about {eta_formatted} left`;
    this.#bar = new SingleBar({
      stream: this.stderr,
      format,
      barCompleteChar: '#',
      barIncompleteChar: '.',
      barsize: 30,
      clearOnComplete: true,
      // Interruption handles SIGINT.
      gracefulExit: false,
    });
    this.#bar.start(total, 0);
  }

  /** @param done how much is done so far */
  update(done: number): void {
    this.#done = done;
    this.#bar?.update(done);
  }

  stop(): void {
    this.#bar?.stop();
    clearInterval(this.#timer);
    this.#bar = undefined;
    this.#timer = undefined;
  }

  #print(): void {
    if (this.#printed === this.#done) return;
    this.#printed = this.#done;
    this.stderr.write(`${this.#label}: ${this.#done} of ${this.#total}\n`);
  }
}
