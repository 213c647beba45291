import { hash } from 'node:crypto';

/** The digest of exactly these bytes, as `sha256:<hex>`. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${hash('sha256', bytes)}`;

/** Other algorithms are registered (sha512, blake3), but ECR stores sha256 only. */
export const isDigest = (text: string): boolean => /^sha256:[a-f0-9]{64}$/.test(text);
