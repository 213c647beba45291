import { rmSync } from 'node:fs';
import { policyThatKeepsBoth } from '../../lambda/core/lifecycle/suggest';
import { platformOf } from '../../lambda/core/manifest/platform';
import { LocalAccount } from '../../local/account/account';
import { LocalEcr } from '../../local/ecr';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { COMMON_POLICIES, type CommonPolicyName } from '../support/common-policies';
import { DAY, policyOf, rule } from '../support/lifecycle-images';
import { bytesOf, OCI, ociImage } from '../support/manifests';
import { requestEvent } from '../support/request-event';

const NAMES = Object.keys(COMMON_POLICIES) as CommonPolicyName[];
const REPOSITORIES = new Map(NAMES.map((name, at) => [`team/app-${at}`, COMMON_POLICIES[name]]));
/** More than the policies keep of any tag but one. */
const DAYS = 60;

const textOf = ({ selections }: (typeof COMMON_POLICIES)[CommonPolicyName]) =>
  JSON.stringify({ rules: selections.map((selection, at) => rule(at + 1, selection)) });
/** What `ecr-oci lifecycle` would print. */
function suggestionFor(repository: string): string | undefined {
  const policy = REPOSITORIES.get(repository);
  if (!policy) return undefined;
  const suggestion = policyThatKeepsBoth(policyOf(...policy.selections), { suffix: '-dockerv2' }, [
    platformOf('linux', 'amd64'),
  ]);
  return suggestion.kind === 'changed' ? suggestion.text : undefined;
}

let assembly: string;
let account: LocalAccount;
/** The same account without the service. */
let twin: LocalEcr;

beforeAll(() => {
  assembly = synthesize();
});
beforeEach(async () => {
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
  const now = () => new Date(account.bus.now);
  twin = new LocalEcr({ accountId: '123456789012', region: 'eu-north-1', blobDirectory: '', onEvent: () => {}, now });
  for (const ecr of [account.ecr, twin]) {
    fill(ecr, account.bus.now);
    ecr.runLifecyclePolicies();
  }
});
afterEach(() => account.stop());
afterAll(() => rmSync(assembly, { recursive: true }));

/** Each repository has lived under its policy for two months. */
function fill(ecr: LocalEcr, now: number): void {
  for (const [repository, policy] of REPOSITORIES) {
    ecr.createRepository(repository);
    ecr.putLifecyclePolicy(repository, textOf(policy));
    for (let age = DAYS; age > 0; age -= 1) {
      for (const [at, tag] of policy.tags.entries()) {
        ecr.store(repository, {
          bytes: Buffer.from(bytesOf(ociImage(`${repository}-${age}-${at}`))),
          mediaType: OCI.manifest,
          tag: tag.replace('#', String(DAYS - age)),
          pushedAt: new Date(now - age * DAY + at),
        });
      }
    }
  }
}

async function backfill(detail: object = {}): Promise<void> {
  account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', { backfill: true, ...detail }));
  await account.settle({ timeoutMs: 60_000 });
}

const digestsIn = (ecr: LocalEcr, repository: string) =>
  ecr
    .images(repository)
    .flatMap(({ manifest, storageClass }) => (storageClass === 'STANDARD' ? [manifest.digest] : []));
/** Sources that the policies took here and not in the account without the service. */
const lostSources = () =>
  [...REPOSITORIES.keys()].flatMap((repository) => {
    const here = new Set(digestsIn(account.ecr, repository));
    return digestsIn(twin, repository).filter((digest) => !here.has(digest));
  });
const companionsIn = (repository: string) =>
  [...account.ecr.tags(repository).keys()].filter((tag) => tag.endsWith('-dockerv2'));
const finished = () =>
  account.bus.events
    .filter((event) => event['detail-type'] === 'Repository Audit Finished')
    .map(({ detail }) => detail);
const runPolicies = () => {
  for (const ecr of [account.ecr, twin]) ecr.runLifecyclePolicies();
};

test('a backfill costs no source, under any of the common policies, and leaves those alone that would lose one', async () => {
  await backfill();
  const refused = finished().filter(({ lifecycleRisk }) => lifecycleRisk !== undefined);
  expect(finished()).toHaveLength(REPOSITORIES.size);
  expect(refused.length).toBeGreaterThan(5);
  for (const { repository } of refused) expect(companionsIn(String(repository))).toEqual([]);
  const served = finished().filter(({ lifecycleRisk }) => lifecycleRisk === undefined);
  expect(served.length).toBeGreaterThan(4);
  for (const { repository } of served) expect(companionsIn(String(repository)).length).toBeGreaterThan(0);
  expect(twin.repositories.flatMap((repository) => digestsIn(twin, repository)).length).toBeGreaterThan(500);
  runPolicies();
  expect(lostSources()).toEqual([]);
  expect(account.deadLetters()).toEqual([]);
});

test('despite the policies, a backfill costs sources: the test above would see it', async () => {
  await backfill({ despiteLifecycle: true });
  runPolicies();
  expect(lostSources().length).toBeGreaterThan(100);
});

test('under the policies that ecr-oci lifecycle suggests, a backfill costs nothing, and every companion stays', async () => {
  const changed = [...REPOSITORIES.keys()].filter((repository) => suggestionFor(repository) !== undefined);
  expect(changed.length).toBeGreaterThan(5);
  for (const repository of changed) account.ecr.putLifecyclePolicy(repository, suggestionFor(repository) ?? '');
  await backfill();
  const made = changed.map((repository) => [repository, companionsIn(repository)]);
  runPolicies();
  expect(lostSources()).toEqual([]);
  expect(changed.map((repository) => [repository, companionsIn(repository)])).toEqual(made);
});

test('an audit gives companions to what was pushed within its window only, whatever the policy', async () => {
  account.bus.fire('AuditSchedule');
  await account.settle({ timeoutMs: 60_000 });
  const old = [...REPOSITORIES.keys()].flatMap((repository) =>
    account.ecr
      .images(repository)
      .filter(({ pushedAt }) => pushedAt.getTime() < account.bus.now - 7 * DAY)
      .flatMap(({ tags }) => [...tags].filter((tag) => account.ecr.tags(repository).has(`${tag}-dockerv2`))),
  );
  expect(old).toEqual([]);
  expect([...REPOSITORIES.keys()].flatMap(companionsIn).length).toBeGreaterThan(20);
  runPolicies();
  expect(lostSources()).toEqual([]);
});

test('a push gets its companion in any case, and says what the policy can do for it', async () => {
  const registry = new RegistryClient(account.endpoint);
  const outcomeOf = async (repository: string) => {
    await registry.push(repository, 'pushed', await dockerDesktopImage(repository));
    await account.settle();
    return account.bus.events.findLast((event) => event['detail-type'] === 'Image Remediation')?.detail;
  };
  const keepsTheNewest = `team/app-${NAMES.indexOf('the newest 10 (CDK: maxImageCount: 10)')}`;
  const keepsByAge = `team/app-${NAMES.indexOf('everything for 30 days')}`;
  expect(await outcomeOf(keepsTheNewest)).toMatchObject({
    outcome: 'converted',
    lifecycleRisk:
      'rule 1 of the lifecycle policy counts companions too, so of 10 images it keeps about 5 with their companions',
  });
  const harmless = await outcomeOf(keepsByAge);
  expect(harmless).toMatchObject({ outcome: 'converted' });
  expect(harmless).not.toHaveProperty('lifecycleRisk');
});
