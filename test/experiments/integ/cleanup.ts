import type { Clock } from '../../../bin/cli/io';
import { Unavailable } from './aws';

/** Something in the account that isn't there without this run. */
export interface Made {
  readonly what: string;
  /** Deletes it by hand. */
  readonly command: string;
  /** Deletes it. What is gone already is no error. Or why it stays. */
  readonly undo: (() => Promise<void>) | string;
}

export interface Left {
  readonly what: string;
  readonly command: string;
  readonly why: string;
  /** Whether it was to stay. */
  readonly isIntended: boolean;
}

const ATTEMPTS = 3;
const PAUSE_MS = 5_000;

/** Remembers what a run makes, and removes it. */
export class Cleanup {
  readonly #made: Made[] = [];

  constructor(
    readonly clock: Clock,
    readonly note: (line: string) => void,
  ) {}

  /** Makes something. It's remembered before, since a call that fails may have had its effect all the same. */
  async make<T>(made: Made, create: () => Promise<T>): Promise<T> {
    this.#made.push(made);
    try {
      return await create();
    } catch (error) {
      if (error instanceof Unavailable) this.#made.splice(this.#made.indexOf(made), 1);
      throw error;
    }
  }

  /** Removes nothing. @returns everything */
  keep(why: string): readonly Left[] {
    return this.#made.splice(0).map(({ what, command }) => ({ what, command, why, isIntended: true }));
  }

  /** Removes everything, the last thing first. Goes on after what it can't remove. @returns what's left */
  async run(): Promise<readonly Left[]> {
    const left: Left[] = [];
    for (const { what, command, undo } of this.#made.splice(0).reverse()) {
      if (typeof undo === 'string') {
        left.push({ what, command, why: undo, isIntended: true });
        continue;
      }
      this.note(`removing ${what}`);
      const why = await this.#remove(undo);
      if (why !== undefined) left.push({ what, command, why, isIntended: false });
    }
    return left;
  }

  async #remove(undo: () => Promise<void>): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await undo();
        return undefined;
      } catch (error) {
        if (attempt === ATTEMPTS) return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        await this.clock.sleep(PAUSE_MS);
      }
    }
  }
}

/** Whether the error says that what should be removed isn't there. */
const NOT_THERE = /NotFound|NoSuchEntity|does not exist|Could not find/;

/** Runs a deletion, for which "it isn't there" is as good. */
export async function removed(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Error) || !NOT_THERE.test(`${error.name} ${error.message}`)) throw error;
  }
}
