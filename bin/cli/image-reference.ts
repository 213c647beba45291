import { REPOSITORY_NAME } from '../../lambda/core/contract';
import { CliError } from './errors';
import { ECR_HOST_SHAPE, type EcrHost, readEcrHost } from './registry-host';

/** The registry in an image's name; empty for a name such as `team/app:v1`. */
export interface NamedRegistry extends Partial<EcrHost> {
  /** The host as it was written, such as `123456789012.dkr.ecr.eu-north-1.amazonaws.com`. */
  readonly host?: string;
  /** The URL of a registry on this machine, such as that of `ecr-oci local`. */
  readonly endpoint?: string;
}

/** An image as people write it. It has a tag, a digest, or both. */
export interface ImageReference extends NamedRegistry {
  readonly text: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** Whether the name has neither a tag nor a digest, which means `latest`, as for Docker. */
  readonly isTagImplied: boolean;
}

const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = 'sha256:[a-f0-9]{64}';
const REFERENCE = new RegExp(`^(${REPOSITORY_NAME})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const ECR_URI_IN_TEXT = new RegExp(`\\b${ECR_HOST_SHAPE}/${REPOSITORY_NAME}(?::${TAG})?(?:@${DIGEST})?`, 'g');
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/**
 * @param endpointUrl of the ECR that the caller chose; its host can be the image's registry
 * @throws CliError that says what is wrong with the name
 */
export function parseImage(text: string, endpointUrl?: string): ImageReference {
  const name = text.trim().replace(/^(?:docker|https?):\/\//, '');
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const registry = hasHost ? registryOf(first, text, endpointUrl) : {};
  const [, repository, tag, digest] = REFERENCE.exec(hasHost ? rest.join('/') : name) ?? [];
  if (!repository) {
    throw new CliError(
      `'${text}' is not a valid image name.`,
      'Expected team/app:v1, team/app@sha256:…, or the whole URI from the ECR console.',
    );
  }
  const isTagImplied = !tag && !digest;
  return {
    text,
    ...registry,
    repository,
    ...(isTagImplied ? { tag: 'latest' } : tag ? { tag } : {}),
    ...(digest ? { digest } : {}),
    isTagImplied,
  };
}

function registryOf(host: string, text: string, endpointUrl: string | undefined): NamedRegistry {
  const endpointHost = endpointUrl && new URL(endpointUrl).host;
  if (host === endpointHost || (!endpointHost && LOOPBACK.test(host)))
    return { host, endpoint: endpointUrl ?? `http://${host}` };
  const ecr = readEcrHost(host);
  if (!('expected' in ecr)) return { host, ...ecr };
  throw new CliError(
    `'${text}' is not in Amazon ECR: its registry is ${host}.`,
    `Expected ${ecr.expected}${endpointHost ? `, or ${endpointHost}, which is the host of --endpoint-url` : ''}.`,
  );
}

/** The names of the images in a text: every ECR URI of an error message, or else one image on each line. */
export function imagesInText(text: string): readonly string[] {
  // A tag can end with a dot, but here it ends the sentence.
  const uris = [...text.matchAll(ECR_URI_IN_TEXT)].map(([uri]) => uri.replace(/[.]+$/, ''));
  const lines = text.split('\n').map((line) => line.trim());
  const names = uris.length > 0 ? uris : lines.filter((line) => line !== '' && !line.startsWith('#'));
  return [...new Set(names)];
}

/** `repository:tag`, `repository@digest`, or both: the name within its registry. */
export const nameOf = ({ repository, tag, digest }: Pick<ImageReference, 'repository' | 'tag' | 'digest'>): string =>
  `${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;

/** @throws CliError if the image has a digest: companions belong to tags */
export function requireTag({ text, tag, digest }: ImageReference, verb: string): string {
  if (tag && !digest) return tag;
  throw new CliError(
    `'${text}' has a digest, and companions belong to tags.`,
    `Give the tag to ${verb}. \`ecr-oci check\` shows the tag of a digest, and its companion.`,
  );
}
