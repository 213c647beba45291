/** Pattern of the ECR service model. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const REPOSITORY = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export const isRepositoryName = (name: string): boolean =>
  name.length >= 2 && name.length <= 256 && REPOSITORY.test(name);

/** The grammar of every client, although the model allows 300 characters in `imageTag`. */
export const isTag = (tag: string): boolean => TAG.test(tag);
