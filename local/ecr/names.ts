/** Pattern of the ECR service model. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const REPOSITORY = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export const isRepositoryName = (name: string): boolean =>
  name.length >= 2 && name.length <= 256 && REPOSITORY.test(name);

/** The grammar of every client, although the model allows 300 characters in `imageTag`. */
export const isTag = (tag: string): boolean => TAG.test(tag);

/** Whether a tag matches a filter or pattern in which `*` stands for any characters. */
export function matchesWildcards(pattern: string, tag: string): boolean {
  const literals = pattern.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`).test(tag);
}
