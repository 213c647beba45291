import { parseKnownFiles } from '@smithy/core/config';
import { CliError } from './errors';

/** @throws CliError if the AWS configuration has no such profile */
export async function checkProfile(name: string): Promise<void> {
  const profiles = await parseKnownFiles({});
  if (name in profiles) return;
  const { AWS_CONFIG_FILE = '~/.aws/config', AWS_SHARED_CREDENTIALS_FILE = '~/.aws/credentials' } = process.env;
  throw new CliError(
    `There is no AWS profile ${name} in ${AWS_CONFIG_FILE} or ${AWS_SHARED_CREDENTIALS_FILE}.`,
    'See `aws configure list-profiles`, then use --profile or AWS_PROFILE.',
  );
}
