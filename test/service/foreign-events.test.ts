import { rmSync } from 'node:fs';
import { LocalAccount } from '../../local/account/account';
import type { EventBridgeEvent } from '../../local/aws/event';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';

const REPOSITORY = 'team/app';
let assembly = '';
let account: LocalAccount;

beforeAll(() => {
  assembly = synthesize();
});
beforeEach(async () => {
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
});
afterEach(() => account.stop());
afterAll(() => rmSync(assembly, { recursive: true }));

/** An image is there, and nobody made its companion: the event of its push was lost. */
async function pushUnseen(): Promise<EventBridgeEvent> {
  account.bus.deliver = () => [];
  await new RegistryClient(account.endpoint).push(REPOSITORY, 'v1', await dockerDesktopImage());
  account.bus.deliver = (event) => [event];
  await account.settle();
  account.calls.length = 0;
  const push = account.bus.events.findLast(({ detail }) => detail['image-tag'] === 'v1');
  if (!push) throw new Error('the push sent no event');
  return push;
}

const tags = () => [...account.ecr.tags(REPOSITORY).keys()];
const audit = (push: EventBridgeEvent) => ({
  ...push,
  source: 'ecr-oci-remediation',
  'detail-type': 'Repository Audit Requested',
  detail: { repository: REPOSITORY, backfill: true },
});
const repair = (push: EventBridgeEvent) => ({
  ...audit(push),
  'detail-type': 'Image Repair Requested',
  detail: { repository: REPOSITORY, tag: 'v1' },
});
const KINDS = [
  ['a push', (push: EventBridgeEvent) => push],
  ['a request for an audit', audit],
  ['a request for a repair', repair],
] as const;
const FOREIGN = [
  ['account', { account: '210987654321' }],
  ['Region', { region: 'us-west-2' }],
] as const;
const CASES = KINDS.flatMap(([kind, of]) => FOREIGN.map(([whose, change]) => [kind, whose, of, change] as const));

// A central bus forwards events as they are: with the account and the Region that they come from.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
test.each(CASES)('%s of another %s matches no rule', async (_, __, of, change) => {
  const push = await pushUnseen();
  expect(account.bus.matching(of(push))).toHaveLength(1);
  account.bus.put({ ...of(push), ...change });
  await account.settle();
  expect(account.calls).toEqual([]);
  expect(tags()).toEqual(['v1']);
});

test.each(CASES)('%s of another %s is ignored by the function, should it ever get there', async (_, __, of, change) => {
  const push = await pushUnseen();
  account.queue('Audits').send(JSON.stringify({ ...of(push), ...change }));
  await account.settle();
  expect(account.calls).toEqual([]);
  expect(tags()).toEqual(['v1']);
  expect(account.deadLetters()).toEqual([]);
  account.queue('Audits').send(JSON.stringify(of(push)));
  await account.settle();
  expect(tags()).toEqual(['v1', 'v1-dockerv2']);
});
