/** The messages between the host and bootstrap.cjs over the IPC channel. */
export type ToFunction = (
  | { readonly type: 'init'; readonly taskRoot: string; readonly handler: string; readonly marker: string }
  | { readonly type: 'invoke'; readonly event: unknown; readonly context: InvocationContext }
) & {
  /** How far the account's clock is ahead, in milliseconds; null if it is real time. */
  readonly clockOffset: number | null;
};

/** The data of the handler's context object: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Milliseconds since the epoch, on the account's clock. */
  readonly deadline: number;
}

export type FromFunction =
  | { readonly type: 'ready' }
  /** `response` is JSON; absent if the handler returned nothing. */
  | { readonly type: 'response'; readonly response?: string }
  | { readonly type: 'error'; readonly errorType: string; readonly errorMessage: string };

/** The result of one invocation. An error is what the caller of Lambda sees; it is also in the log. */
export type InvocationResult =
  | { readonly kind: 'response'; readonly response: unknown }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string };
