import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { OUTCOME_DETAIL_TYPE, REQUESTS } from '../../lambda/core/contract';
import { parsePort, type ServeOptions, serve } from '../../local';
import { PROBE } from '../support/probe';

const outcome = { repository: 'team/app', sourceTag: 'v1', outcome: 'converted', companionTag: 'v1-dockerv2' };
const refused = { repository: 'team/app', sourceTag: 'v2', outcome: 'refused', reason: 'zstd-layer', detail: 'why' };

interface Served {
  readonly printed: string[];
  readonly notes: string[];
  /** Puts an event on the account's bus. */
  put(source: string, detail: object, detailType?: string): Promise<void>;
  /** Sends the signal, and resolves when the account has ended. */
  end(signal: string): Promise<void>;
}

async function start(options: Partial<ServeOptions>): Promise<Served> {
  const signals = new EventEmitter();
  const printed: string[] = [];
  const notes: string[] = [];
  let onPrint: () => void = () => {};
  const started = new Promise<void>((resolve) => {
    onPrint = resolve;
  });
  const print = (text: string) => {
    printed.push(text);
    onPrint();
  };
  const ended = serve(
    { assembly: PROBE, port: 0, ...options },
    { cli: 'the-cli', print, note: (line) => notes.push(line), signals },
  );
  await started;
  const [endpoint = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed[0] ?? '') ?? [];
  return {
    printed,
    notes,
    async put(Source, detail, DetailType = OUTCOME_DETAIL_TYPE) {
      const { status } = await fetch(endpoint, {
        method: 'POST',
        headers: { 'X-Amz-Target': 'AWSEvents.PutEvents' },
        body: JSON.stringify({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] }),
      });
      expect(status).toBe(200);
    },
    async end(signal) {
      signals.emit(signal, signal);
      await ended;
      await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
      expect(signals.eventNames()).toEqual([]);
    },
  };
}

test('prints what to do next and then each outcome, until SIGINT', async () => {
  const served = await start({});
  await served.put('ecr-oci-remediation', { ...outcome, companionDigest: 'sha256:1' });
  await served.put('ecr-oci-remediation', refused);
  await served.put('someone-else', outcome);
  await served.put('ecr-oci-remediation', { repository: 'team/app' }, REQUESTS.imageRepair);
  await served.end('SIGINT');
  const [instructions = '', ...lines] = served.printed;
  const [, host] = /up at http:\/\/(\S+):/.exec(instructions) ?? [];
  expect(instructions).toContain(`\n  the-cli check ${host}/team/app:v1\n`);
  expect(lines).toEqual([
    `team/app:v1  converted  ${host}/team/app:v1-dockerv2 (sha256:1)`,
    'team/app:v2  refused  zstd-layer: why',
  ]);
  expect(served.notes).toEqual([]);
});

test('as JSON: the endpoint and then each outcome, one a line, until SIGTERM', async () => {
  const served = await start({ json: true });
  await served.put('ecr-oci-remediation', outcome);
  await served.end('SIGTERM');
  expect(served.printed.map((line) => JSON.parse(line))).toEqual([
    { endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
    outcome,
  ]);
});

test('verbose: also what happens in the account', async () => {
  const served = await start({ verbose: true });
  await served.put('lost', {});
  await served.end('SIGINT');
  expect(served.notes).toContainEqual(expect.stringMatching(/^event \S+ is lost: rule NotAllowedAndNoDeadLetters7A/));
});

test('a missing assembly is an error that says what to do', async () => {
  const nowhere = join(PROBE, 'nowhere');
  await expect(serve({ assembly: nowhere }, { cli: '', print: () => {}, note: () => {} })).rejects.toThrow(
    `There is no synthesized stack in ${nowhere}. Run \`npx cdk synth\`, and use its cdk.out.`,
  );
});

test('ports', () => {
  expect(['0', '5111', '65535'].map(parsePort)).toEqual([0, 5111, 65_535]);
  for (const text of ['', '-1', '65536', '1.5', '0x10', 'http'])
    expect(() => parsePort(text)).toThrow('Expected a port from 0 to 65535.');
});
