/** What a shell or a CI job can decide by. docs/cli.md says what each means for each command. */
export const EXIT = {
  /** Yes: accepted, right, done. */
  ok: 0,
  /** No: not accepted, refused, never to be. */
  no: 1,
  /** Not found out, or not understood: a wrong argument, no credentials, no network, no such image. */
  unknown: 2,
  /** Not within the time that was given. */
  timedOut: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const WORST_FIRST: readonly ExitCode[] = [EXIT.unknown, EXIT.timedOut, EXIT.no, EXIT.ok];

/** The exit code of several images: that of the worst. */
export const worst = (codes: readonly ExitCode[]): ExitCode =>
  WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.ok;
