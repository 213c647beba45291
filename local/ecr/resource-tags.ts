import { AwsError } from '../aws/error';
import { type RepositoryId, tooManyResourceTags } from './errors';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html */
const MAX_TAGS = 50;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Adds tags to those of a repository, all or none.
 * @throws AwsError `InvalidTagParameterException` or `TooManyTagsException`
 */
export function addResourceTags(
  present: Map<string, string>,
  added: readonly (readonly [key: string, value: string])[],
  id: RepositoryId,
): void {
  for (const [key, value] of added) check(key, value);
  if (new Map([...present, ...added]).size > MAX_TAGS) throw tooManyResourceTags(MAX_TAGS, id);
  for (const [key, value] of added) present.set(key, value);
}

function check(key: string, value: string): void {
  if (key === '' || key.length > MAX_KEY_LENGTH || !ALLOWED.test(key)) throw invalidTag(`The tag key '${key}'`);
  if (/^aws:/i.test(key)) throw invalidTag(`The prefix of the tag key '${key}'`);
  if (value.length > MAX_VALUE_LENGTH || !ALLOWED.test(value)) throw invalidTag(`The value of the tag '${key}'`);
}

/** AWS documents the exceptions, and not their text. */
const invalidTag = (what: string): AwsError => new AwsError('InvalidTagParameterException', `${what} is not valid`);
