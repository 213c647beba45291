interface Explanation {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Explains why there are no credentials. The providers of the SDK say it only in their text.
 * @param profile the AWS profile that the caller chose
 */
export function explainProvider(text: string, profile: string | undefined): Explanation {
  const of = profile ? ` of the profile ${profile}` : '';
  const option = profile ? ` --profile ${profile}` : '';
  if (text.includes('aws sso login'))
    return {
      message: `The SSO session${of} has expired, or there is none.`,
      hint: `Sign in: \`aws sso login${option}\`.`,
    };
  if (/aws login|reauthenticate|^Failed to load token from |^Token validation failed/.test(text))
    return {
      message: `The \`aws login\` session${of} has expired, or there is none.`,
      hint: `Sign in: \`aws login${option}\`.`,
    };
  // Not the command itself, which can hold secrets.
  const [command, ...output] = text.trimEnd().split('\n');
  if (command?.startsWith('Command failed: '))
    return {
      message: `The credential_process${of} failed${output.length > 0 ? `: ${output.at(-1)}` : '.'}`,
      hint: 'Run the command of credential_process in the AWS configuration by itself.',
    };
  const [, source] = /^Could not resolve credentials using profile: \[([^\]]+)\]/.exec(text) ?? [];
  if (source) return hasNone(source);
  if (!text.startsWith('Could not load credentials from any providers')) return { message: text };
  if (profile) return hasNone(profile);
  return {
    message: 'No AWS credentials were found.',
    hint: 'Sign in with `aws sso login`, choose a profile with --profile or AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  };
}

const hasNone = (profile: string): Explanation => ({
  message: `The profile ${profile} has no credentials.`,
  hint: `Sign in: \`aws sso login --profile ${profile}\` or \`aws login --profile ${profile}\`, or choose another profile.`,
});
