/** The result of one invocation. An error is what the caller of Lambda sees; it is also in the log. */
export type InvocationResult =
  | { readonly kind: 'response'; readonly response: unknown }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string };

export const invocationError = (errorType: string, errorMessage: string): InvocationResult => ({
  kind: 'error',
  errorType,
  errorMessage,
});
