import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsCredentialIdentityProvider } from '@aws-sdk/types';
import { requestHandler } from './transport';

/** Whoever runs a command: their credentials, which the registries of all its images share. */
export class Caller {
  readonly credentials: AwsCredentialIdentityProvider;

  constructor(profile: string | undefined) {
    // Some clients of the chain, such as that of SSO, take their handler only from here.
    const clientConfig = { requestHandler: requestHandler() };
    this.credentials = defaultProvider({ ...(profile ? { profile } : {}), clientConfig });
  }
}
