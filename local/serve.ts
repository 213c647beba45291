import type { EventEmitter } from 'node:events';
import { InvalidArgumentError } from 'commander';
import { LocalAccount } from './account/account';
import type { EventBridgeEvent } from './aws/event';

export const DEFAULT_PORT = 5111;

/** Reads the --port of a command. */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Expected a port from 0 to 65535.');
}

export interface ServeOptions {
  /** The `cdk.out` directory, or one plain template file. */
  readonly assembly: string;
  /** @default the only stack of the assembly */
  readonly stack?: string;
  /** Values of template parameters. @default their defaults */
  readonly parameters?: Readonly<Record<string, string>>;
  /** On 127.0.0.1; 0 is any free port. @default 5111 */
  readonly port?: number;
  /** Prints the address and each outcome as a line of JSON instead of text. @default false */
  readonly json?: boolean;
  /** Also notes everything that happens in the account. @default false */
  readonly verbose?: boolean;
}

/** Where the account is served. */
export interface ServeContext {
  /** How the reader calls the CLI. */
  readonly cli: string;
  /** Receives results. */
  readonly print: (text: string) => void;
  /** Receives everything else, line by line. */
  readonly note: (line: string) => void;
  /** Ends the account with SIGINT or SIGTERM. @default this process */
  readonly signals?: Pick<EventEmitter, 'on' | 'off'>;
}

/**
 * Runs the account until a signal ends it.
 * @throws if the assembly or the port can't be used
 */
export async function serve(
  { assembly, stack, parameters, port = DEFAULT_PORT, json = false, verbose = false }: ServeOptions,
  { cli, print, note, signals = process }: ServeContext,
): Promise<void> {
  const printEvent = (event: EventBridgeEvent) => {
    // Audits and requests for repairs are events of the same source.
    if (event.source !== 'ecr-oci-remediation' || event['detail-type'] !== 'Image Remediation') return;
    print(json ? JSON.stringify(event.detail) : outcomeLine(event.detail, account.registryHost));
  };
  const log = verbose ? { log: note } : {};
  const account = await LocalAccount.start({ assembly, stack, parameters, port, onEvent: printEvent, ...log });
  // Before anything is printed: a reader may send the signal at once.
  const ended = signalFrom(signals);
  print(json ? JSON.stringify({ endpoint: account.endpoint }) : instructions(account.registryHost, cli));
  await ended;
  await account.stop();
}

/** A second signal has its default effect. */
function signalFrom(signals: Pick<EventEmitter, 'on' | 'off'>): Promise<void> {
  const names = ['SIGINT', 'SIGTERM'];
  return new Promise((resolve) => {
    const onSignal = () => {
      for (const name of names) signals.off(name, onSignal);
      resolve();
    };
    for (const name of names) signals.on(name, onSignal);
  });
}

const instructions = (host: string, cli: string): string => `
A laptop-sized account is up at http://${host}: any credentials, repositories appear on push. Ctrl-C ends it.

Push an OCI image, with one of these:
  skopeo copy --dest-tls-verify=false docker://docker.io/library/alpine:3 docker://${host}/team/app:v1 --format oci
  buildah push --tls-verify=false IMAGE docker://${host}/team/app:v1
  docker tag IMAGE ${host}/team/app:v1 && docker push ${host}/team/app:v1

Then look at its companion:
  ${cli} check ${host}/team/app:v1
  skopeo inspect --raw --tls-verify=false docker://${host}/team/app:v1-dockerv2
  docker pull ${host}/team/app:v1-dockerv2
  AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x aws ecr describe-images --repository-name team/app --region eu-north-1 --endpoint-url http://${host}

What the service does is printed here:`;

function outcomeLine(outcome: EventBridgeEvent['detail'], host: string): string {
  const { repository, sourceTag, outcome: kind, reason, companionTag, companionDigest, detail } = outcome;
  const what = companionDigest
    ? `${host}/${repository}:${companionTag} (${companionDigest})`
    : [reason, detail].filter(Boolean).join(': ');
  return `${repository}:${sourceTag}  ${kind}  ${what}`;
}
