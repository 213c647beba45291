import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { OciImageRemediationStack } from '../../lib';
import { LocalAccount } from '../../local/account/account';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';

/** As little as the function needs to begin anything, so that the test need not wait for long. Five seconds are its reserve. */
const TIMEOUT_SECONDS = 11;

let assembly: string;
let account: LocalAccount;
/** Of the repository; the first gets no answer. */
let calls = 0;

beforeAll(async () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')) });
  const { remediation } = new OciImageRemediationStack(app, 'OciImageRemediation');
  (remediation.handler.node.defaultChild as CfnFunction).timeout = TIMEOUT_SECONDS;
  assembly = app.synth().directory;
  account = await LocalAccount.start({
    assembly,
    clock: 'skipping',
    beforeCall: async ({ service, repository }, wire) => {
      if (service !== 'ecr' || repository !== 'team/hangs') return;
      calls += 1;
      if (calls === 1) await wire.hang();
    },
  });
});
afterAll(async () => {
  await account.stop();
  rmSync(assembly, { recursive: true });
});

const outcomes = () =>
  account.bus.events.filter((event) => event['detail-type'] === 'Image Remediation').map(({ detail }) => detail);

test("a repository whose calls hang doesn't hold up the others of its batch, and is repaired when they don't", async () => {
  const registry = new RegistryClient(account.endpoint);
  const held: Parameters<typeof account.bus.put>[0][] = [];
  account.bus.deliver = (event) => {
    held.push(event);
    return [];
  };
  const repositories = ['team/hangs', ...Array.from({ length: 5 }, (_, at) => `team/app-${at}`)];
  for (const name of repositories) await registry.push(name, 'v1', await dockerDesktopImage(name));
  account.bus.deliver = (event) => [event];
  for (const event of held) account.bus.put(event);
  await account.settle({ timeoutMs: 30_000 });
  const repaired = outcomes().map(({ repository }) => String(repository));
  expect(repaired.slice(0, -1).sort()).toEqual(repositories.slice(1));
  expect(repaired.at(-1)).toBe('team/hangs');
  const failed = account.logs.filter(({ line }) => line.includes('goes back to the queue'));
  expect(failed.map(({ line }) => JSON.parse(line).detail)).toEqual([expect.stringContaining('not done in time')]);
  expect(account.deadLetters()).toEqual([]);
}, 60_000);
