import { invalidParameter, repositoryNotFound } from '../errors';
import type { Operations } from './operation';

export const resourceTagOperations: Operations = {
  ListTagsForResource(input, { registry }) {
    const arn = input.string('resourceArn');
    const name = /^arn:[^:]+:ecr:[^:]*:[0-9]{12}:repository\/(.+)$/.exec(arn)?.[1];
    if (name === undefined) throw invalidParameter('resourceArn', 'Invalid ARN');
    if (registry.arn(name) !== arn) throw repositoryNotFound(registry.idOf(name));
    return { tags: [...registry.get(name).resourceTags].map(([Key, Value]) => ({ Key, Value })) };
  },
};
