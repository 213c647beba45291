import { RepositoryNotFound, TransientFailure } from '../../lambda/core/errors';
import { CliError } from './errors';
import { explainProvider } from './explain-provider';

/** What a person needs to know of an error, and can do. */
interface ErrorHelp {
  readonly message: string;
  readonly hint?: string;
  readonly isTransient?: boolean;
}

/** Nothing if it isn't this kind of error. */
type Explanation = ErrorHelp | undefined;

/**
 * Explains an error of the AWS SDK, of Node.js or of our own.
 * @param profile the AWS profile that the caller chose
 */
export function explain(error: unknown, profile = process.env.AWS_PROFILE): CliError {
  if (error instanceof CliError) return error;
  const known = error instanceof Error ? error : new Error(String(error));
  const {
    message,
    hint,
    isTransient = false,
  } = explainOwn(known) ??
    explainCredentials(known, profile) ??
    explainAccessDenied(known) ??
    explainThrottling(known) ??
    explainNetwork(known) ?? { message: known.message };
  return new CliError(message, hint, undefined, { cause: error, isTransient });
}

function explainOwn(error: Error): Explanation {
  if (error instanceof RepositoryNotFound)
    return { message: `There is no repository ${error.repository} in this account and Region.` };
  if (error instanceof TransientFailure) return { message: `${error.message}.`, hint: 'Try again.', isTransient: true };
  return undefined;
}

const EXPIRED_NAME = /^(?:ExpiredToken|RequestExpired)/;
const EXPIRED_MESSAGE = /\b(?:session|token|credentials)\b.*\b(?:has|have|is) expired/i;
const UNKNOWN_CREDENTIALS =
  /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature)/;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html, and messages of the SDK's credential providers. */
function explainCredentials({ name, message }: Error, profile: string | undefined): Explanation {
  if (name === 'CredentialsProviderError') return explainProvider(message, profile);
  if (EXPIRED_NAME.test(name) || EXPIRED_MESSAGE.test(message))
    return {
      message: 'The AWS credentials have expired.',
      hint: 'Sign in again: `aws sso login`, or set new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    };
  if (UNKNOWN_CREDENTIALS.test(name))
    return {
      message: "AWS doesn't recognize these credentials.",
      hint: 'Check AWS_PROFILE or AWS_ACCESS_KEY_ID, the clock, and that the Region is enabled in the account.',
    };
  if (/^Region is missing/.test(message))
    return {
      message: 'No AWS Region is set.',
      hint: 'Use --region, set AWS_REGION, or give the whole image URI.',
    };
  return undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function explainAccessDenied({ name, message }: Error): Explanation {
  if (!/^(?:AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name)) return undefined;
  const [, caller = 'The caller'] = /User: (\S+)/.exec(message) ?? [];
  const [, action] = /perform: ([\w-]+:\w+)/.exec(message) ?? [];
  const [, resource = ''] = /on resource: (\S+)/.exec(message) ?? [];
  const [, reason] = /\b(because .*?)\.?$/.exec(message) ?? [];
  if (!action)
    return { message: `AWS denied access: ${message}`, hint: 'Ask the administrator of the account for access.' };
  const denied = `${caller} isn't allowed to call ${action}${resource ? ` on ${resource}` : ''}${reason ? `, ${reason}` : ''}.`;
  const [callerAccount, owner] = [caller, resource].map((arn) => arn.split(':')[4]);
  if (callerAccount && owner && callerAccount !== owner)
    return {
      message: denied,
      hint: `The image is in account ${owner}, and the credentials are for ${callerAccount}: use a profile of ${owner}, or allow ${action} in the repository's policy.`,
    };
  if (/explicit deny/.test(message))
    return { message: denied, hint: `A policy denies ${action}: ask the administrator of the policy.` };
  return { message: denied, hint: `Ask for ${action} on this repository in a policy of the user or role.` };
}

function explainThrottling({ name }: Error): Explanation {
  if (!/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(name)) return undefined;
  return {
    message: 'ECR is throttling requests in this account and Region.',
    hint: 'Try again in a minute.',
    isTransient: true,
  };
}

const UNREACHABLE = /^(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE)$/;
const UNTRUSTED = /^(?:CERT_|SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO)/;

interface NetworkError extends NodeJS.ErrnoException {
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
}

function explainNetwork(error: NetworkError): Explanation {
  const { name, code = '', hostname, address, port } = error;
  const host = hostname ?? (address ? `${address}:${port}` : 'AWS');
  const hint = /^(?:127\.|::1|localhost)/.test(host)
    ? 'Is `ecr-oci local` running there?'
    : 'Is the network up, and do you need a VPN or proxy?';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const [, region] = /\becr\.([a-z0-9-]+)\./.exec(host) ?? [];
    return {
      message: `The host ${host} can't be found.`,
      hint: `Is the network up${region ? `, and is ${region} an AWS Region` : ''}?`,
      isTransient: true,
    };
  }
  if (UNTRUSTED.test(code))
    return {
      message: `The certificate of ${host} is not trusted (${code}).`,
      hint: 'Behind a proxy that opens TLS, set NODE_EXTRA_CA_CERTS.',
    };
  if (UNREACHABLE.test(code)) return { message: `Can't connect to ${host} (${code}).`, hint, isTransient: true };
  if (name === 'TimeoutError') return { message: `${host} didn't answer in time.`, hint, isTransient: true };
  if (name === 'ServerException' || name === 'InternalFailure')
    return { message: `ECR failed: ${error.message}`, hint: 'Try again.', isTransient: true };
  return undefined;
}
