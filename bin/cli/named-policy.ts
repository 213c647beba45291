import type { Policy } from '../../lambda/core/companion/policy';
import { policyOfRepository } from '../../lambda/core/companion/repository-settings';
import type { Account } from './account';
import type { ImageReference } from './image-reference';
import { inRepository, noSuchImage } from './not-found';

/**
 * What the repository of an image that a person named makes of the policy. ECR wants the account to tell resource tags, and names it in its
 * answer about the image.
 * @throws CliError with near matches if there is no such repository or image
 */
export function policyOfNamed(account: Account, reference: ImageReference, policy: Policy): Promise<Policy> {
  const { repository, tag = '', digest } = reference;
  return inRepository(account, repository, async () => {
    if (policy.choices && !account.isIdKnown) {
      const { registry } = account;
      const found = digest
        ? await registry.readManifest(repository, digest)
        : (await registry.readTags(repository, [tag])).get(tag);
      if (!found) throw await noSuchImage(account, reference);
    }
    return policyOfRepository(account.registry, repository, policy);
  });
}
