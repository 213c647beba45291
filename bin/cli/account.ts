import { ECRClient } from '@aws-sdk/client-ecr';
import { partition } from '@aws-sdk/core/client';
import { type RegistryAddress, registryHost } from '../../lambda/core/registry-address';
import { EcrRegistry } from '../../lambda/ecr/ecr-registry';
import { Pacer } from '../../lambda/ecr/pacer';
import { Caller } from './caller';
import { CliError } from './errors';
import type { NamedRegistry } from './image-reference';
import type { Io } from './io';
import type { AccountOptions } from './options';
import { proxiedFetch, requestHandler } from './transport';

/** One person's share of the 10 PutImage calls a second that everyone in the account and Region has together. */
export const PUTS_PER_SECOND = 2;

/** A part of a layer has up to 20 MB, and an uplink may be slow. */
const UPLOAD_TIMEOUT_MS = 300_000;

const LOOPBACK = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)/;
/** `ecr-oci local` takes any credentials, and must not get real ones. */
const LOCAL = { region: 'eu-north-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

const mayUpload = ({ recompress, repositorySettings }: AccountOptions): boolean =>
  recompress || repositorySettings?.includes('recompress-layers') === true;

/** A registry: one account and Region, asked with the caller's credentials. */
export class Account implements RegistryAddress {
  readonly client: ECRClient;
  readonly registry: EcrRegistry;
  readonly #named: NamedRegistry;
  #id: string | undefined;
  #region: string | undefined;

  /**
   * @param named the registry in the image's name, which wins over the options
   * @param putsPerSecond PutImage calls a second, at most
   */
  constructor(options: AccountOptions, caller: Caller, named: NamedRegistry, putsPerSecond: number) {
    this.#named = named;
    this.#id = named.account;
    const endpoint = options.endpointUrl ?? named.endpoint;
    const isLocal = endpoint !== undefined && LOOPBACK.test(endpoint);
    this.#region = named.region ?? options.region;
    const region = isLocal ? caller.regionOr(LOCAL.region) : caller.region;
    this.client = new ECRClient({
      requestHandler: requestHandler(mayUpload(options) ? UPLOAD_TIMEOUT_MS : undefined),
      region: this.#region ?? region,
      ...(options.profile ? { profile: options.profile } : {}),
      ...endpointOptions(endpoint, named),
      credentials: isLocal ? LOCAL.credentials : caller.credentials,
    });
    this.#addRegistryId();
    this.registry = new EcrRegistry({
      client: this.client,
      pacer: new Pacer(putsPerSecond),
      address: this,
      caller: 'person',
      fetch: proxiedFetch(),
    });
  }

  get isIdKnown(): boolean {
    return this.#id !== undefined;
  }

  /** Twelve digits: from the image's name, or from ECR's first answer. @throws CliError before either is known */
  get account(): string {
    if (this.#id) return this.#id;
    throw new CliError("ECR's answers don't say which account the registry belongs to.", 'Give the whole image URI.');
  }

  /** @throws CliError before the first call, unless the image's name or an option has it */
  get region(): string {
    if (this.#region) return this.#region;
    throw new CliError('The AWS Region is not known yet.', 'Use --region.');
  }

  get partition(): string {
    return partition(this.region).name;
  }

  get urlSuffix(): string {
    return partition(this.region).dnsSuffix;
  }

  /** `account 123456789012, Region eu-north-1`, as far as it is known. */
  async describe(): Promise<string> {
    return `${this.#id ? `account ${this.#id}` : "the caller's account"}, Region ${await this.client.config.region()}`;
  }

  /** The image's URI: under the host that the caller wrote, or ECR's own. @param reference `:tag` or `@sha256:…` */
  uri(repository: string, reference: string): string {
    return `${this.#named.host ?? registryHost(this)}/${repository}${reference}`;
  }

  /** Asks the registry in the image's name, where ECR would assume the caller's own; and learns the account from the answers. */
  #addRegistryId(): void {
    this.client.middlewareStack.add(
      (next, context) => async (call) => {
        const registryId = this.#named.account;
        const takesIt = registryId && context.commandName !== 'ListTagsForResourceCommand';
        this.#region ??= await this.client.config.region();
        const answer = await next(takesIt ? { ...call, input: { ...call.input, registryId } } : call);
        this.#id ??= registryIdIn(answer.output);
        return answer;
      },
      { step: 'initialize', name: 'addRegistryId' },
    );
  }
}

/** The SDK refuses an endpoint beside FIPS or dual-stack, also if AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT is set. */
function endpointOptions(endpoint: string | undefined, { isFips, isDualStack }: NamedRegistry) {
  if (endpoint) return { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
  return { ...(isFips ? { useFipsEndpoint: true } : {}), ...(isDualStack ? { useDualstackEndpoint: true } : {}) };
}

function registryIdIn(output: object): string | undefined {
  for (const value of Object.values(output)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'object' && first !== null && 'registryId' in first && typeof first.registryId === 'string')
      return first.registryId;
  }
  return undefined;
}

/** One `Account` for each registry that a command asks. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #caller: Caller;

  /** @param io where the caller is asked for an MFA code */
  constructor(
    readonly options: AccountOptions,
    io: Io,
  ) {
    this.#caller = new Caller(options.profile, io);
  }

  /**
   * @param named the registry in an image's name @default - the caller's own
   * @param putsPerSecond PutImage calls a second, at most
   */
  of(named: NamedRegistry = {}, putsPerSecond = PUTS_PER_SECOND): Account {
    const key = named.host ?? '';
    const found = this.#accounts.get(key) ?? new Account(this.options, this.#caller, named, putsPerSecond);
    this.#accounts.set(key, found);
    return found;
  }
}
