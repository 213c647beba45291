/** An error of an AWS service model. The AWS APIs answer with it; ECR's registry API answers with its own code for it. */
export class AwsError extends Error {
  /** @param code the exception's name in the service model, such as `RepositoryNotFoundException` */
  constructor(
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}
