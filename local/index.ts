/**
 * The account, for bin/, test/ and scripts/. Beside it, demo/demo.ts runs the demo, and images/ has sample images and a
 * client that pushes them: apart from this file, so that the bundled CLI doesn't carry them.
 */
export { type AccountCall, LocalAccount, type LocalAccountOptions, type ReceivedCall } from './account/account';
export type { Wire } from './account/wire';
export { type AccountRegion, LOCAL_ACCOUNT } from './aws/account-region';
export { AwsError } from './aws/error';
export type { EventBridgeEvent } from './aws/event';
export type { FunctionView } from './cloudformation';
export { type EcrCall, type EcrOptions, LocalEcr, type StoredManifest } from './ecr';
export type { Bus } from './eventbridge';
export { type AccessRequest, evaluate, type Statement } from './iam/policy';
export type { LogLine } from './lambda';
export { DEFAULT_PORT, parsePort, type ServeContext, type ServeOptions, serve } from './serve';
export type { DeadLetter } from './sqs';
