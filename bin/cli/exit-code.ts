/** What a shell or a CI job can decide by. docs/cli.md says what each means for each command. */
export const EXIT = {
  /** Yes: accepted, current, done. */
  ok: 0,
  /** No: not accepted, refused, or never to be. */
  no: 1,
  /** Could not find out: a wrong argument, no credentials, no network, no such image. */
  unknown: 2,
  /** Not within the given time. */
  timedOut: 3,
  /** Ended by Ctrl-C or by SIGTERM: what a shell reports when a signal ends a command. */
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const WORST_FIRST: readonly ExitCode[] = [EXIT.unknown, EXIT.timedOut, EXIT.no, EXIT.ok];

/** One exit code for several images. */
export const worstExitCode = (codes: readonly ExitCode[]): ExitCode =>
  WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.ok;
