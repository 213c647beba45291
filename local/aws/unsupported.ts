/** For what AWS can do and this account can't: it fails instead of doing something else. */
export const unsupported = (what: string): Error =>
  new Error(`${what}: not supported by the local account; see local/README.md`);
