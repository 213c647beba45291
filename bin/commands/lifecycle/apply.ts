import { PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import type { LifecyclePolicy } from '../../../lambda/core/lifecycle/policy';
import type { Account } from '../../cli/account';
import { CliError } from '../../cli/errors';

/**
 * Puts the policy.
 * @param present what it replaces
 * @throws CliError if the repository has another one meanwhile
 */
export async function putPolicy(
  { client, registry }: Account,
  repositoryName: string,
  lifecyclePolicyText: string,
  present: LifecyclePolicy,
): Promise<void> {
  const now = await registry.readLifecyclePolicy(repositoryName);
  if (JSON.stringify(now) !== JSON.stringify(present))
    throw new CliError(
      `Nothing was written: the lifecycle policy of ${repositoryName} has changed meanwhile.`,
      'Run the command again.',
    );
  await client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
}
