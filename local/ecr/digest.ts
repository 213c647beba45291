import { createHash } from 'node:crypto';

const SHA256 = /^sha256:[a-f0-9]{64}$/;

/** ECR knows SHA-256 only. */
export const isSha256 = (digest: string): boolean => SHA256.test(digest);

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
