import { RepositoryNotFound, TransientFailure } from '../../lambda/core/errors';
import { CliError } from './errors';

/** What is said of an error; nothing where it is another kind of error. */
interface Said {
  readonly what: string;
  readonly toDo?: string;
  readonly isTransient?: boolean;
}

/**
 * An error of the AWS SDK, of Node or of our own, as a person needs it.
 * @param profile the AWS profile that the caller named
 */
export function explain(error: unknown, profile = process.env.AWS_PROFILE): CliError {
  if (error instanceof CliError) return error;
  const known = error instanceof Error ? error : new Error(String(error));
  const {
    what,
    toDo,
    isTransient = false,
  } = ours(known) ??
    ofCredentials(known, profile) ??
    ofAccess(known) ??
    ofThrottling(known) ??
    ofNetwork(known) ?? { what: known.message };
  return new CliError(what, toDo, undefined, { cause: error, isTransient });
}

function ours(error: Error): Said | undefined {
  if (error instanceof RepositoryNotFound)
    return { what: `There is no repository ${error.repository} in this account and Region.` };
  if (error instanceof TransientFailure) return { what: `${error.message}.`, toDo: 'Try again.', isTransient: true };
  return undefined;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html, and what the SDK's credential providers say. */
function ofCredentials({ name, message }: Error, profile: string | undefined): Said | undefined {
  if (
    /^(?:ExpiredToken|RequestExpired)/.test(name) ||
    /\b(?:session|token|credentials)\b.*\b(?:has|have|is) expired/i.test(message)
  ) {
    const toDo =
      'Sign in again: `aws sso login`, or set new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.';
    return { what: 'The AWS credentials have expired.', toDo };
  }
  if (
    /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature)/.test(name)
  ) {
    const toDo = 'Check AWS_PROFILE or AWS_ACCESS_KEY_ID, the clock, and that the Region is enabled in the account.';
    return { what: 'AWS does not know these credentials.', toDo };
  }
  if (/^Region is missing/.test(message))
    return { what: 'There is no AWS Region.', toDo: 'Give --region, set AWS_REGION, or give the whole image URI.' };
  if (name !== 'CredentialsProviderError') return undefined;
  if (/aws sso login/.test(message)) {
    const toDo = `Sign in: \`aws sso login${profile ? ` --profile ${profile}` : ''}\`.`;
    return { what: `There is no SSO session${profile ? ` for the profile ${profile}` : ''}, or it has ended.`, toDo };
  }
  if (profile) {
    const toDo = `See \`aws configure list-profiles\`, or sign in: \`aws sso login --profile ${profile}\`.`;
    return { what: `The profile ${profile} does not exist, or has no credentials.`, toDo };
  }
  const toDo =
    'Sign in with `aws sso login`, name a profile by --profile or AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
  return { what: 'There are no AWS credentials.', toDo };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function ofAccess({ name, message }: Error): Said | undefined {
  if (!/^(?:AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name)) return undefined;
  const [, who = 'The caller'] = /User: (\S+)/.exec(message) ?? [];
  const [, action] = /perform: ([\w-]+:\w+)/.exec(message) ?? [];
  const [, resource = ''] = /on resource: (\S+)/.exec(message) ?? [];
  const [, why] = /\b(because .*?)\.?$/.exec(message) ?? [];
  if (!action) return { what: `AWS denied access: ${message}`, toDo: 'Ask who manages the account.' };
  const what = `${who} may not ${action}${resource ? ` on ${resource}` : ''}${why ? `, ${why}` : ''}.`;
  const [callers, owner] = [who, resource].map((arn) => arn.split(':')[4]);
  if (callers && owner && callers !== owner) {
    const toDo = `The image is in account ${owner}, the credentials are of ${callers}: use a profile of ${owner}, or have the repository's policy allow ${action}.`;
    return { what, toDo };
  }
  if (/explicit deny/.test(message)) return { what, toDo: `A policy denies ${action}: ask who manages it.` };
  return { what, toDo: `Ask for ${action} on this repository in a policy of the user or role.` };
}

function ofThrottling({ name }: Error): Said | undefined {
  if (!/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(name)) return undefined;
  const what = 'ECR throttles this account and Region: there are too many calls at once.';
  return { what, toDo: 'Try again in a minute.', isTransient: true };
}

const UNREACHABLE = /^(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE)$/;
const UNTRUSTED = /^(?:CERT_|SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO)/;

interface NetworkError extends NodeJS.ErrnoException {
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
}

function ofNetwork(error: NetworkError): Said | undefined {
  const { code = '', hostname, address, port } = error;
  const where = hostname ?? (address ? `${address}:${port}` : 'AWS');
  const toDo = /^(?:127\.|::1|localhost)/.test(where)
    ? 'Is `ecr-oci local` running there?'
    : 'Is the network up, and is a VPN or proxy needed?';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const [, region] = /\becr\.([a-z0-9-]+)\./.exec(where) ?? [];
    const spelt = `Is the network up${region ? `, and is ${region} a Region of AWS` : ''}?`;
    return { what: `The host ${where} cannot be found.`, toDo: spelt, isTransient: true };
  }
  if (UNTRUSTED.test(code))
    return {
      what: `The certificate of ${where} is not trusted (${code}).`,
      toDo: 'Behind a proxy that opens TLS, set NODE_EXTRA_CA_CERTS.',
    };
  if (UNREACHABLE.test(code))
    return {
      what: `There is no connection to ${where} (${code}).`,
      toDo,
      isTransient: true,
    };
  if (error.name === 'TimeoutError')
    return {
      what: `${where} did not answer in time.`,
      toDo,
      isTransient: true,
    };
  if (error.name === 'ServerException' || error.name === 'InternalFailure')
    return { what: `ECR failed: ${error.message}`, toDo: 'Try again.', isTransient: true };
  return undefined;
}
