export type { EventBridgeEvent } from '../aws/event';
export type { EcrCall, EcrService } from './calls';
export { type BeforeCall, type EcrOptions, LocalEcr } from './local-ecr';
export type { Image, StorageClass } from './repository';
export type { StoredManifest } from './stored-manifest';
