/** Waits until it's this participant's turn. */
export type Turn = (label: string) => Promise<void>;
/** Something that goes on beside others. Only one is ever at work, and the others wait for their turns. */
export type Participant = (turn: Turn) => Promise<void>;

interface Waiting {
  readonly label: string;
  readonly resume: () => Promise<void>;
}

/** Picks one of so many that wait, for this step. The first is the one that is at work, if it can go on. */
export type Choose = (step: number, from: number) => number;

/** Runs participants one step at a time, in the order that `choose` picks, so that the same choices are the same run. */
export class Turns {
  readonly trace: string[] = [];
  /** How many could have been chosen at each step. */
  readonly branches: number[] = [];
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures: unknown[] = [];
  #switches = 0;

  /** @param maxSwitches how often one that could go on is left waiting for another */
  constructor(
    readonly choose: Choose,
    readonly maxSwitches: number,
  ) {}

  /** Starts a participant. Resolves when it waits for its first turn. */
  start(name: string, participant: Participant): Promise<void> {
    return new Promise((atRest) => {
      let rest = atRest;
      const turn: Turn = (label) =>
        new Promise((proceed) => {
          const resume = () =>
            new Promise<void>((next) => {
              rest = next;
              proceed();
            });
          this.#waiting.set(name, { label, resume });
          rest();
        });
      participant(turn)
        .catch((error: unknown) => this.#failures.push(error))
        .finally(() => rest());
    });
  }

  /** @throws what a participant threw */
  async run(): Promise<void> {
    let atWork = '';
    while (this.#waiting.size > 0) {
      const goesOn = this.#waiting.has(atWork);
      const others = [...this.#waiting.keys()].filter((name) => name !== atWork).sort();
      const names = [...(goesOn ? [atWork] : []), ...(goesOn && this.#switches >= this.maxSwitches ? [] : others)];
      const chosen = names[this.choose(this.branches.length, names.length)] ?? '';
      if (goesOn && chosen !== atWork) this.#switches += 1;
      this.branches.push(names.length);
      await this.#step(chosen);
      atWork = chosen;
    }
  }

  async #step(name: string): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (!waiting) throw new Error('nobody was chosen');
    this.#waiting.delete(name);
    this.trace.push(`${name} ${waiting.label}`);
    await waiting.resume();
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}

/** Runs every order there is, depth first. @returns how many */
export async function everyOrder(run: (choose: Choose) => Promise<Pick<Turns, 'branches'>>): Promise<number> {
  let choices: readonly number[] = [];
  for (let runs = 1; ; runs += 1) {
    const { branches } = await run((step) => choices[step] ?? 0);
    const taken = branches.map((_, step) => choices[step] ?? 0);
    while (taken.length > 0 && (taken.at(-1) ?? 0) + 1 >= (branches[taken.length - 1] ?? 0)) taken.pop();
    const last = taken.pop();
    if (last === undefined) return runs;
    choices = [...taken, last + 1];
  }
}
