import type { LocalAccount } from '../account/account';
import { RegistryClient } from '../images/registry-client';
import { check, type Row } from './check';
import { pushes } from './pushes';

/**
 * Pushes every image over HTTP, waits for the service, and checks the result of each push.
 * @param recompresses whether the service was deployed so
 */
export async function runDemo(
  account: LocalAccount,
  progress: (line: string) => void,
  recompresses = false,
): Promise<readonly Row[]> {
  const registry = new RegistryClient(account.endpoint);
  const all = await pushes(recompresses);
  const earlier = all.filter((push) => push.earlier);
  for (const { repository, tag, earlier: image } of earlier) if (image) await registry.push(repository, tag, image);
  await account.settle();
  for (const push of all) await registry.push(push.repository, push.tag, push.package);
  progress(`Pushed ${all.length + earlier.length} images over HTTP; waiting for the service`);
  await account.settle();
  return Promise.all(all.map((push) => check(push, registry, account.bus.events)));
}

/** The service's calls to ECR; the pushes themselves used the registry API. */
export function describeCalls(account: LocalAccount): string {
  const count = (operation: string) => account.calls.filter((call) => call.operation === operation).length;
  return `ECR calls by the service: ${count('BatchGetImage')} BatchGetImage, ${count('PutImage')} PutImage, ${count('GetDownloadUrlForLayer')} that read a layer, ${count('CompleteLayerUpload')} layers uploaded.`;
}
