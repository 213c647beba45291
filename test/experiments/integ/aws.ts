import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { STSClient } from '@aws-sdk/client-sts';
import { requestHandler } from '../../../bin/cli/transport';

/** The endpoint doesn't have this operation, which says nothing about AWS. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** The answer to a call whose refusal is an answer too. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly output: T }
  | { readonly kind: 'refused'; readonly error: string; readonly message: string };

const LOOPBACK = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)/;
/** An emulator on this machine takes any credentials, and must not get real ones. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const isLoopback = (endpointUrl: string | undefined): boolean => LOOPBACK.test(endpointUrl ?? '');

/** AWS, or an endpoint that stands for it. */
export class Aws {
  readonly ecr: ECRClient;
  readonly events: EventBridgeClient;
  readonly cloudFormation: CloudFormationClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sageMaker: SageMakerClient;
  readonly sts: STSClient;
  /** One line for each call of `ask`. */
  readonly evidence: string[] = [];

  /** @param endpointUrl of everything @default AWS */
  constructor(
    readonly region: string,
    readonly endpointUrl?: string,
  ) {
    const settings = {
      region,
      requestHandler: requestHandler(),
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
      ...(isLoopback(endpointUrl) ? { credentials: LOCAL_CREDENTIALS, maxAttempts: 1 } : {}),
    };
    this.ecr = new ECRClient(settings);
    this.events = new EventBridgeClient(settings);
    this.cloudFormation = new CloudFormationClient(settings);
    this.iam = new IAMClient(settings);
    this.lambda = new LambdaClient(settings);
    this.logs = new CloudWatchLogsClient(settings);
    this.sageMaker = new SageMakerClient(settings);
    this.sts = new STSClient(settings);
  }

  /**
   * A call that has to succeed.
   * @param name such as `ecr:PutImage`
   * @throws Unavailable if the endpoint doesn't have it, or the error of the call
   */
  async call<T>(name: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (this.#isMissing(error)) throw new Unavailable(`${name} isn't available at this endpoint`);
      throw error;
    }
  }

  /**
   * A call that AWS may refuse, which is recorded.
   * @param about what matters of the input
   * @param show what matters of the output
   * @throws Unavailable, or what isn't an answer, such as a network that's down
   */
  async ask<T>(
    name: string,
    about: string,
    run: () => Promise<T>,
    show: (output: T) => string = () => 'accepted',
  ): Promise<Answer<T>> {
    try {
      const output = await this.call(name, run);
      this.evidence.push(`${name} ${about}: ${show(output)}`);
      return { kind: 'answered', output };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.evidence.push(`${name} ${about}: ${error.name}: ${error.message}`);
      return { kind: 'refused', error: error.name, message: error.message };
    }
  }

  /** AWS has every operation, unless a Region is behind. An emulator says it in many ways, one of them a page of HTML. */
  #isMissing(error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    if (error.name === 'UnknownOperationException') return true;
    if (this.endpointUrl === undefined || isNetworkError(error)) return false;
    return !('$fault' in error) ? '$metadata' in error : /^Unknown|^NotImplemented/.test(error.name);
  }
}

const isNetworkError = (error: Error): boolean => 'code' in error || error.name === 'TimeoutError';

const isRefusal = (error: unknown): error is Error =>
  error instanceof Error &&
  '$fault' in error &&
  error.$fault === 'client' &&
  !/Throttl|TooManyRequests/.test(error.name);
