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
/** Calls for the repository that got no answer. */
let hanging = 0;
let isHanging = true;

beforeAll(async () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')) });
  const { remediation } = new OciImageRemediationStack(app, 'OciImageRemediation');
  (remediation.handler.node.defaultChild as CfnFunction).timeout = TIMEOUT_SECONDS;
  assembly = app.synth().directory;
  account = await LocalAccount.start({
    assembly,
    clock: 'skipping',
    beforeCall: async ({ service, repository }, wire) => {
      if (service !== 'ecr' || repository !== 'team/hangs' || !isHanging) return;
      hanging += 1;
      await wire.hang();
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
  account.bus.deliver = (event) => {
    // The function came to its end in time to say so.
    if (event['detail-type'] === 'Image Remediation' && event.detail.repository !== 'team/hangs')
      expect(hanging).toBe(1);
    return [event];
  };
  account.function().onInvocationEnd = () => {
    isHanging = false;
  };
  for (const event of held) account.bus.put(event);
  await account.settle({ timeoutMs: 30_000 });
  expect(outcomes().map(({ repository }) => repository)).toEqual([...repositories.slice(1), 'team/hangs']);
}, 60_000);
