import type { LocalAccount } from '../account/account';
import { RegistryClient } from '../images/registry-client';
import { check, type Row } from './check';
import { pushes } from './pushes';

/** Pushes everything over HTTP, waits for the service, and looks at what became of each push. */
export async function runDemo(account: LocalAccount, progress: (line: string) => void): Promise<readonly Row[]> {
  const registry = new RegistryClient(account.endpoint);
  const all = await pushes();
  const earlier = all.filter((push) => push.earlier);
  for (const { repository, tag, earlier: image } of earlier) if (image) await registry.push(repository, tag, image);
  await account.settle();
  for (const push of all) await registry.push(push.repository, push.tag, push.package);
  progress(`pushed ${all.length + earlier.length} images over HTTP; the service is at work`);
  await account.settle();
  return Promise.all(all.map((push) => check(push, registry, account.bus.events)));
}

const LAYER_OPERATIONS = [
  'GetDownloadUrlForLayer',
  'BatchCheckLayerAvailability',
  'InitiateLayerUpload',
  'UploadLayerPart',
  'CompleteLayerUpload',
];

/** What the service asked of ECR for all of it; the pushes themselves went over the registry API. */
export function describeEffort(account: LocalAccount): string {
  const count = (...operations: string[]) => account.calls.filter((call) => operations.includes(call.operation)).length;
  return `ECR calls by the service: ${count('BatchGetImage')} BatchGetImage, ${count('PutImage')} PutImage, ${count(...LAYER_OPERATIONS)} that touch a layer.`;
}
