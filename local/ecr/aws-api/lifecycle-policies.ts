import { AwsError } from '../../aws/error';
import { readLifecyclePolicy } from '../lifecycle-policy';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import { type Operations, repositoryOf } from './operation';

const describe = ({ accountId }: Registry, { name, lifecyclePolicy }: Repository) => {
  if (lifecyclePolicy !== undefined)
    return { registryId: accountId, repositoryName: name, lifecyclePolicyText: lifecyclePolicy };
  throw new AwsError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${accountId}'`,
  );
};

export const lifecyclePolicyOperations: Operations = {
  PutLifecyclePolicy(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const text = input.string('lifecyclePolicyText', { min: 100, max: 30_720 });
    readLifecyclePolicy(text);
    repository.lifecyclePolicy = text;
    return describe(registry, repository);
  },

  GetLifecyclePolicy: (input, { registry }) => describe(registry, repositoryOf(input, registry)),
};
