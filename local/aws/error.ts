/** An error of an AWS service model: the JSON APIs answer with it as it is, ECR's registry API with its own code for it. */
export class AwsError extends Error {
  /** @param code the exception's name in the service model, e.g. `RepositoryNotFoundException` */
  constructor(
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}
