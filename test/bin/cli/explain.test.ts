import { CliError } from '../../../bin/cli/errors';
import { explain } from '../../../bin/cli/explain';
import { RepositoryNotFound, TransientFailure } from '../../../lambda/core/errors';

const error = (name: string, message: string, more: object = {}) => Object.assign(new Error(message), { name }, more);
const USER = 'arn:aws:iam::123456789012:user/ada';
const denied = (resource: string, why: string) =>
  error(
    'AccessDeniedException',
    `User: ${USER} is not authorized to perform: ecr:BatchGetImage on resource: ${resource} ${why}`,
  );
const ARN = 'arn:aws:ecr:eu-north-1:123456789012:repository/team/app';
const BECAUSE = 'because no identity-based policy allows the ecr:BatchGetImage action';

test.each<[string, Error, RegExp, RegExp]>([
  [
    'no credentials',
    error('CredentialsProviderError', 'Could not load credentials from any providers'),
    /No AWS credentials/,
    /--profile/,
  ],
  [
    'an SSO session that has ended',
    error(
      'CredentialsProviderError',
      "The SSO session token associated with profile=dev was not found or is invalid. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
    ),
    /SSO session has expired/,
    /aws sso login/,
  ],
  [
    'an expired token',
    error('ExpiredTokenException', 'The security token included in the request is expired'),
    /have expired/,
    /aws sso login/,
  ],
  [
    'unknown credentials',
    error('UnrecognizedClientException', 'The security token included in the request is invalid.'),
    /doesn't recognize these credentials/,
    /AWS_PROFILE/,
  ],
  ['no Region', new Error('Region is missing'), /No AWS Region/, /--region/],
  [
    'access denied',
    denied(ARN, BECAUSE),
    /ada isn't allowed to call ecr:BatchGetImage on .*team\/app, because no identity-based policy/,
    /Ask for ecr:BatchGetImage/,
  ],
  [
    'an explicit deny',
    denied(ARN, 'with an explicit deny in a service control policy'),
    /isn't allowed to call ecr:BatchGetImage/,
    /policy denies ecr:BatchGetImage/,
  ],
  [
    'the image of another account',
    denied(ARN.replace('123456789012', '210987654321'), BECAUSE),
    /isn't allowed/,
    /image is in account 210987654321, and the credentials are for 123456789012/,
  ],
  ['access denied without a reason', error('AccessDeniedException', 'No.'), /denied access: No\./, /account/],
  ['throttling', error('ThrottlingException', 'Rate exceeded'), /is throttling/, /Try again/],
  [
    'a Region that does not exist',
    error('Error', 'getaddrinfo', { code: 'ENOTFOUND', hostname: 'api.ecr.eu-nort-1.amazonaws.com' }),
    /can't be found/,
    /is eu-nort-1 an AWS Region/,
  ],
  [
    'no network',
    error('Error', 'connect', { code: 'ECONNREFUSED', address: '203.0.113.1', port: 443 }),
    /Can't connect to 203\.0\.113\.1:443/,
    /network up/,
  ],
  [
    'no local account',
    error('Error', 'connect', { code: 'ECONNREFUSED', address: '127.0.0.1', port: 5111 }),
    /Can't connect/,
    /ecr-oci local/,
  ],
  ['no answer', error('TimeoutError', 'Request timed out'), /didn't answer in time/, /network up/],
  [
    'a proxy that opens TLS',
    error('Error', 'self-signed certificate', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    /not trusted/,
    /NODE_EXTRA_CA_CERTS/,
  ],
  ['a fault of ECR', error('ServerException', 'Oops'), /ECR failed: Oops/, /Try again/],
  [
    "an image that ECR can't read",
    new TransientFailure('ECR cannot read team/app v1: KmsError'),
    /KmsError/,
    /Try again/,
  ],
])('%s', (_, thrown, message, hint) => {
  const explained = explain(thrown, undefined);
  expect(explained.message).toMatch(message);
  expect(explained.hint).toMatch(hint);
  expect(explained.exitCode).toBe(2);
  expect(explained.cause).toBe(thrown);
});

test('a profile is named', () => {
  const none = error('CredentialsProviderError', 'Could not load credentials from any providers');
  expect(explain(none, 'dev').message).toMatch(/profile dev/);
});

test('only what can pass by itself is transient', () => {
  const transient = [
    error('ThrottlingException', ''),
    error('Error', '', { code: 'ECONNRESET' }),
    error('TimeoutError', ''),
  ];
  expect(transient.map((thrown) => explain(thrown).isTransient)).toEqual([true, true, true]);
  const lasting = [error('ExpiredTokenException', ''), denied(ARN, BECAUSE), new RepositoryNotFound('team/app')];
  expect(lasting.map((thrown) => explain(thrown).isTransient)).toEqual([false, false, false]);
});

test('an explained error stays, and an unknown one keeps its message', () => {
  const own = new CliError('No.', 'Yes.');
  expect(explain(own)).toBe(own);
  expect(explain('a string').message).toBe('a string');
});
