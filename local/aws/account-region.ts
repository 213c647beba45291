/** An AWS account in one Region. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
}

/** Every local account is this one. */
export const LOCAL_ACCOUNT: AccountRegion = { accountId: '123456789012', region: 'eu-north-1' };
