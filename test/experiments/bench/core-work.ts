import { Session } from 'node:inspector/promises';
import { toDocker } from '../../../lambda/core/manifest/convert';
import { readManifest } from '../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../lambda/core/reasons';
import { OCI } from '../../support/manifests';

/** As the service does it: checked strictly, and with the digest of what is written. */
export function readAndConvert(bytes: Uint8Array): Uint8Array {
  const image = readManifest(bytes, OCI.manifest);
  if (image instanceof Refusal || image.kind !== 'image')
    throw new Error(`expected an image: ${JSON.stringify(image)}`);
  const conversion = toDocker(image, 'refuse');
  if (conversion instanceof Refusal) throw new Error(conversion.detail);
  return conversion.manifest.bytes;
}

/** The least that a program does that changes media types: no check, no digest. */
export const parseAndStringify = (bytes: Uint8Array): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))));

interface Sampled {
  readonly selfSize: number;
  readonly children: readonly Sampled[];
}

/** All that is allocated on the heap meanwhile, collected since or not. */
export async function allocatedBytes(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    const options = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
    await session.post('HeapProfiler.startSampling', { samplingInterval: 1_024, ...options });
    work();
    const { profile } = await session.post('HeapProfiler.stopSampling');
    const sum = ({ selfSize, children }: Sampled): number =>
      children.reduce((total, child) => total + sum(child), selfSize);
    return sum(profile.head);
  } finally {
    session.disconnect();
  }
}
