import { AwsError } from '../../aws/error';
import { invalidParameter, repositoryNotFound } from '../errors';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import type { Input } from './input';
import type { Operations } from './operation';

const MAX_TAGS = 50;

/** @throws AwsError `TooManyTagsException`, `InvalidTagParameterException` */
export function addResourceTags(repository: Repository, tags: readonly Input[]): void {
  const merged = new Map(repository.resourceTags);
  for (const tag of tags) {
    const key = tag.string('Key');
    if (key.length < 1 || key.length > 128 || key.startsWith('aws:')) {
      throw new AwsError(
        'InvalidTagParameterException',
        `Invalid parameter at 'tags' failed to satisfy constraint: '${key}' must have 1 to 128 characters and not start with 'aws:'`,
      );
    }
    merged.set(key, tag.string('Value'));
  }
  if (merged.size > MAX_TAGS) {
    throw new AwsError('TooManyTagsException', `A repository has at most ${MAX_TAGS} tags; got ${merged.size}`);
  }
  for (const [key, value] of merged) repository.resourceTags.set(key, value);
}

function repositoryByArn(input: Input, registry: Registry): Repository {
  const arn = input.string('resourceArn');
  const name = /^arn:[^:]+:ecr:[^:]*:[0-9]{12}:repository\/(.+)$/.exec(arn)?.[1];
  if (name === undefined) throw invalidParameter('resourceArn', 'Invalid ARN');
  if (registry.arn(name) !== arn) throw repositoryNotFound(registry.idOf(name));
  return registry.get(name);
}

export const resourceTagOperations: Operations = {
  ListTagsForResource(input, { registry }) {
    return { tags: [...repositoryByArn(input, registry).resourceTags].map(([Key, Value]) => ({ Key, Value })) };
  },

  TagResource(input, { registry }) {
    addResourceTags(repositoryByArn(input, registry), input.objects('tags'));
    return {};
  },
};
