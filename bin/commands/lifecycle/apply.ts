import { PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import type { LifecyclePolicy } from '../../../lambda/core/lifecycle/policy';
import type { Account } from '../../cli/account';
import { ask } from '../../cli/ask';
import { CliError } from '../../cli/errors';
import type { Io } from '../../cli/io';

/** @throws CliError if there is nobody to ask */
export async function isConfirmed(io: Io, repository: string): Promise<boolean> {
  if (!io.stdin.isTTY)
    throw new CliError(
      "Nothing was written: stdin is not a terminal, so there's nobody to ask.",
      'Use --apply --yes to write the policy without a question.',
    );
  const answer = await ask(io, `Write this lifecycle policy to ${repository}? [y/N] `);
  return /^y(?:es)?$/i.test(answer ?? '');
}

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
