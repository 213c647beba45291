import { ECRClient } from '@aws-sdk/client-ecr';
import { registryHost } from '../../lambda/core/registry-address';
import { EcrRegistry } from '../../lambda/ecr/ecr-registry';
import { Pacer } from '../../lambda/ecr/pacer';
import { CliError } from './errors';
import type { Place } from './image-reference';
import type { AccountOptions } from './options';

/** One person's share of the 10 PutImage calls a second that ECR gives to everybody in the account and Region. */
export const PUTS_PER_SECOND = 2;

const LOOPBACK = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)/;
/** The account of `ecr-oci local` asks nobody who they are, and real credentials have no business there. */
const LOCAL = { region: 'eu-north-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** A registry: one account and Region, with the caller's credentials. */
export class Account {
  readonly client: ECRClient;
  readonly registry: EcrRegistry;
  readonly #at: Place;
  #id: string | undefined;
  #region: string | undefined;

  /**
   * @param at what the image's name says of its place: it goes before the options
   * @param putsPerSecond PutImage calls a second, at most
   */
  constructor(options: AccountOptions, at: Place = {}, putsPerSecond = PUTS_PER_SECOND) {
    this.#at = at;
    this.#id = at.account;
    const endpoint = options.endpointUrl ?? at.endpoint;
    const local = endpoint !== undefined && LOOPBACK.test(endpoint);
    this.#region = at.region ?? options.region ?? (local ? LOCAL.region : undefined);
    this.client = new ECRClient({
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000 },
      ...(this.#region ? { region: this.#region } : {}),
      ...(options.profile ? { profile: options.profile } : {}),
      ...(endpoint ? { endpoint } : {}),
      ...(local ? { credentials: LOCAL.credentials } : {}),
    });
    this.#nameTheRegistry();
    this.registry = new EcrRegistry(this.client, new Pacer(putsPerSecond), this, 'looked-up');
  }

  /** Twelve digits: from the image's name, or from ECR's first answer. @throws CliError before either */
  get account(): string {
    if (this.#id) return this.#id;
    throw new CliError('ECR did not say which account the registry belongs to.', 'Give the whole image URI.');
  }

  /** @throws CliError before the first call, unless the image's name or an option tells it */
  get region(): string {
    if (this.#region) return this.#region;
    throw new CliError('The AWS Region is not known yet.', 'Give --region.');
  }

  /** `account 123456789012, Region eu-north-1`, as far as it is known. */
  async describe(): Promise<string> {
    return `${this.#id ? `account ${this.#id}` : "the caller's account"}, Region ${await this.client.config.region()}`;
  }

  /** The image's URI: under the host that the caller wrote, or ECR's own. @param reference `:tag` or `@sha256:…` */
  uri(repository: string, reference: string): string {
    return `${this.#at.host ?? registryHost(this)}/${repository}${reference}`;
  }

  /**
   * Sends the account that the image's URI names with every call that takes one, since ECR takes the caller's own where none is named,
   * and keeps the account that ECR answers with, since the URI to print needs it.
   */
  #nameTheRegistry(): void {
    this.client.middlewareStack.add(
      (next, context) => async (call) => {
        const registryId = this.#at.account;
        const takesOne = registryId && context.commandName !== 'ListTagsForResourceCommand';
        this.#region ??= await this.client.config.region();
        const answer = await next(takesOne ? { ...call, input: { ...call.input, registryId } } : call);
        this.#id ??= registryIdIn(answer.output);
        return answer;
      },
      { step: 'initialize', name: 'nameTheRegistry' },
    );
  }
}

function registryIdIn(output: object): string | undefined {
  for (const value of Object.values(output)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'object' && first !== null && 'registryId' in first && typeof first.registryId === 'string')
      return first.registryId;
  }
  return undefined;
}

/** One `Account` for each registry that the images of a command name. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();

  constructor(readonly options: AccountOptions) {}

  of({ host, account, region, endpoint }: Place): Account {
    const known = this.#accounts.get(host ?? '');
    if (known) return known;
    const made = new Account(this.options, {
      ...(host ? { host } : {}),
      ...(account ? { account } : {}),
      ...(region ? { region } : {}),
      ...(endpoint ? { endpoint } : {}),
    });
    this.#accounts.set(host ?? '', made);
    return made;
  }
}
