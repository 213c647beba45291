/** Which of ECR's two APIs a call came through: the AWS API, or the registry (distribution) API. */
export type EcrService = 'ecr' | 'registry';

/** One request as it was received. */
export interface EcrCall {
  /** The operation of the AWS API (`BatchGetImage`), or method and object of the registry API (`PUT manifest`). */
  readonly operation: string;
  readonly repository?: string;
  /** The first tag that it names. */
  readonly tag?: string;
  /** The layer of a `CompleteLayerUpload`. */
  readonly layer?: string;
}
