import { CliError } from './errors';

/** The registry in an image's name; empty for a name such as `team/app:v1`. */
export interface NamedRegistry {
  /** The host as it was written, such as `123456789012.dkr.ecr.eu-north-1.amazonaws.com`. */
  readonly host?: string;
  readonly account?: string;
  readonly region?: string;
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

const REPOSITORY = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*';
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = 'sha256:[a-f0-9]{64}';
const REFERENCE = new RegExp(`^(${REPOSITORY})(?::(${TAG}))?(?:@(${DIGEST}))?$`);

/** Also dual-stack and FIPS hosts, and other partitions. https://docs.aws.amazon.com/general/latest/gr/ecr.html */
const ECR_HOST = '(\\d{12})\\.dkr[.-]ecr(?:-fips)?\\.([a-z]{2,}(?:-[a-z]+)+-\\d+)\\.[a-z.]+[a-z]';
const ECR_HOST_ALONE = new RegExp(`^${ECR_HOST}$`);
const ECR_URI_IN_TEXT = new RegExp(`\\b${ECR_HOST}/${REPOSITORY}(?::${TAG})?(?:@${DIGEST})?`, 'g');
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** @throws CliError that says what is wrong with the name */
export function parseImage(text: string): ImageReference {
  const name = text.trim().replace(/^(?:docker|https?):\/\//, '');
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const registry = hasHost ? registryOf(first, text) : {};
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

function registryOf(host: string, text: string): NamedRegistry {
  if (LOOPBACK.test(host)) return { host, endpoint: `http://${host}` };
  const [, account, region] = ECR_HOST_ALONE.exec(host) ?? [];
  if (account && region) return { host, account, region };
  throw new CliError(
    `'${text}' is not in Amazon ECR: its registry is ${host}.`,
    'Expected a private ECR registry: <account>.dkr.ecr.<region>.amazonaws.com.',
  );
}

/** The images in a text: every ECR URI of an error message, or else one image on each line. */
export function imagesInText(text: string): readonly ImageReference[] {
  // A tag can end with a dot, but here it ends the sentence.
  const uris = [...text.matchAll(ECR_URI_IN_TEXT)].map(([uri]) => uri.replace(/[.]+$/, ''));
  const names =
    uris.length > 0
      ? uris
      : text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && !line.startsWith('#'));
  return [...new Set(names)].map(parseImage);
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
