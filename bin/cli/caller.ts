import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config';
import { ask } from './ask';
import { checkProfile } from './aws-profile';
import { CliError } from './errors';
import type { Io } from './io';
import { requestHandler } from './transport';

type Provider = ReturnType<typeof defaultProvider>;
type ProviderOptions = Parameters<Provider>[0];

/** The person or job that runs a command: their credentials and Region, which the registries of all its images share. */
export class Caller {
  readonly #profile: string | undefined;
  readonly #settings;
  #known: AwsCredentialIdentity | undefined;

  /** @param profile the one of --profile */
  constructor(profile: string | undefined, io: Pick<Io, 'stdin' | 'stderr'>) {
    this.#profile = profile || process.env.AWS_PROFILE || undefined;
    this.#settings = {
      ...(this.#profile ? { profile: this.#profile } : {}),
      mfaCodeProvider: (device: string) => askForMfaCode(io, device),
      // Some clients of the chain, such as that of SSO, take their handler only from here.
      clientConfig: { requestHandler: requestHandler() },
    };
  }

  /** Kept for the next registry, since an MFA code is good for once. A client asks one at a time, and commands one client at a time. */
  readonly credentials = async (options: ProviderOptions): Promise<AwsCredentialIdentity> => {
    if (!this.#known || isExpiring(this.#known)) this.#known = await this.#provide(options);
    return this.#known;
  };

  /** @throws Error if there is none */
  readonly region = async (): Promise<string> => {
    await this.#checkProfile();
    return this.#regionOr(NODE_REGION_CONFIG_OPTIONS.default);
  };

  /** For a registry that needs neither credentials nor a profile. */
  readonly regionOr = (fallback: string) => (): Promise<string> => this.#regionOr(fallback);

  #regionOr(fallback: (typeof NODE_REGION_CONFIG_OPTIONS)['default']): Promise<string> {
    // As for the AWS CLI: the SDK doesn't know the second.
    const environmentVariableSelector = ({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv) =>
      AWS_REGION || AWS_DEFAULT_REGION;
    const selectors = { ...NODE_REGION_CONFIG_OPTIONS, environmentVariableSelector, default: fallback };
    const profile = this.#profile ? { profile: this.#profile } : {};
    return loadConfig(selectors, { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...profile })();
  }

  /**
   * The default chain goes on after a profile that fails, as with a `credential_process`, and in the end says only that it found no
   * credentials. So the profile comes first, and the chain only if that has none.
   */
  async #provide(options: ProviderOptions): Promise<AwsCredentialIdentity> {
    await this.#checkProfile();
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    const isInEnvironment = !this.#profile && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY;
    if (!isInEnvironment) {
      const { fromIni } = await import('@aws-sdk/credential-provider-ini');
      try {
        return await fromIni(this.#settings)(options);
      } catch (error) {
        if (!isWithoutCredentials(error, this.#profile ?? 'default')) throw error;
      }
    }
    return defaultProvider(this.#settings)(options);
  }

  async #checkProfile(): Promise<void> {
    if (this.#profile) await checkProfile(this.#profile);
  }
}

const MINUTE_MS = 60_000;
const isExpiring = ({ expiration }: AwsCredentialIdentity): boolean =>
  expiration !== undefined && expiration.getTime() - Date.now() < 5 * MINUTE_MS;

/** Whether the profile has nothing to get credentials by: then they may come from elsewhere, such as a container. */
const isWithoutCredentials = (error: unknown, profile: string): boolean =>
  error instanceof Error && error.message.startsWith(`Could not resolve credentials using profile: [${profile}] `);

async function askForMfaCode(io: Pick<Io, 'stdin' | 'stderr'>, device: string): Promise<string> {
  if (!io.stdin.isTTY)
    throw new CliError(
      `The profile needs a code of the MFA device ${device}, and stdin is not a terminal, so there's nobody to ask.`,
      'Run the command on a terminal, or give it temporary credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    );
  const code = await ask(io, `Code of the MFA device ${device}: `);
  if (code) return code;
  throw new CliError(`No code of the MFA device ${device} was given.`, 'Expected the six digits that it shows.');
}
