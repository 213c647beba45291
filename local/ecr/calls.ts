/** One request as it was received. */
export interface EcrCall {
  /** The operation of the JSON API (`BatchGetImage`), or verb and object of the registry API (`PUT manifest`). */
  readonly operation: string;
  readonly repository?: string;
  /** The first tag it names. */
  readonly tag?: string;
}
