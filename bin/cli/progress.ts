import { SingleBar } from 'cli-progress';
import type { TextStream } from './io';

/** How often a line tells how far it is where there is no terminal to draw a bar on, such as in CI. */
const LINE_EVERY_MS = 10_000;

/** Shows on stderr how far something is: a bar on a terminal, else a line now and then. */
export class Progress {
  #bar: SingleBar | undefined;
  #timer: NodeJS.Timeout | undefined;
  #label = '';
  #done = 0;
  #total = 0;
  #said = -1;

  /** @param isShown false where rows are printed to the same terminal meanwhile */
  constructor(
    readonly stderr: TextStream,
    readonly isShown = true,
    readonly lineEveryMs = LINE_EVERY_MS,
  ) {}

  start(label: string, total: number): void {
    this.stop();
    [this.#label, this.#done, this.#total, this.#said] = [label, 0, total, -1];
    if (!this.isShown) return;
    if (!this.stderr.isTTY) {
      this.#timer = setInterval(() => this.#say(), this.lineEveryMs);
      return;
    }
    const format = `${label} [{bar}] {value}/{total}, {duration_formatted} gone, about {eta_formatted} to go`;
    this.#bar = new SingleBar({
      stream: this.stderr,
      format,
      barCompleteChar: '#',
      barIncompleteChar: '.',
      barsize: 30,
      clearOnComplete: true,
      // The command ends itself on SIGINT, in its own way.
      gracefulExit: false,
    });
    this.#bar.start(total, 0);
  }

  /** @param done how much is done by now */
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

  #say(): void {
    if (this.#said === this.#done) return;
    this.#said = this.#done;
    this.stderr.write(`${this.#label}: ${this.#done} of ${this.#total}\n`);
  }
}
