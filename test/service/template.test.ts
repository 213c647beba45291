import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalAccount } from '../../local/account/account';
import { buildxIndex, dockerDesktopImage, zstdImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { buildTemplate } from '../../scripts/template/template';
import { toYaml } from '../../scripts/template/yaml';
import { DOCKER } from '../support/manifests';
import { readAlarms } from '../support/monitoring';

/** As `npm run template` writes it, with inline code and nothing else. */
const directory = mkdtempSync(join(tmpdir(), 'plain-template-'));
const assembly = join(directory, 'ecr-oci-remediation.template.yaml');
/** A pace that takes no time. */
const UNPACED = { PutImagesPerSecond: '1000', AuditPutImagesPerSecond: '1000' };

let account: LocalAccount | undefined;
beforeAll(() => writeFileSync(assembly, toYaml(buildTemplate())));
afterEach(() => account?.stop());
afterAll(() => rmSync(directory, { recursive: true }));

async function deploy(parameters: Readonly<Record<string, string>> = {}): Promise<LocalAccount> {
  account = undefined;
  account = await LocalAccount.start({ assembly, clock: 'skipping', parameters: { ...UNPACED, ...parameters } });
  return account;
}

/** Pushes images by name. @returns each with its outcome */
async function push(images: Readonly<Record<string, Awaited<ReturnType<typeof dockerDesktopImage>>>>) {
  if (!account) throw new Error('nothing is deployed');
  const registry = new RegistryClient(account.endpoint);
  for (const [name, image] of Object.entries(images)) {
    const [repository = '', tag = ''] = name.split(':');
    await registry.push(repository, tag, image);
  }
  await account.settle();
  expect(account.deadLetters()).toEqual([]);
  return account.bus.events
    .filter(({ source }) => source === 'ecr-oci-remediation')
    .filter((event) => event['detail-type'] === 'Image Remediation')
    .map(({ detail }) => `${detail.repository}:${detail.sourceTag} ${detail.reason ?? detail.outcome}`)
    .sort();
}

test('with its defaults, an OCI image gets a companion, and zstd is refused', async () => {
  const { ecr, template } = await deploy();
  const outcomes = await push({ 'team/app:v1': await dockerDesktopImage(), 'any:v1': await zstdImage() });
  expect(outcomes).toEqual(['any:v1 zstd-layer', 'team/app:v1 converted']);
  expect(ecr.manifest('team/app', 'v1-dockerv2')?.mediaType).toBe(DOCKER.manifest);
  expect([...ecr.tags('any').keys()]).toEqual(['v1']);
  expect(template.functions).toHaveLength(1);
  expect(readAlarms(template.resources).flatMap(({ actions }) => actions)).toEqual([]);
});

test('with recompression, zstd gets a companion, and an email address gets every alarm', async () => {
  const { ecr, template } = await deploy({ RecompressLayers: 'true', AlarmEmail: 'team@example.com' });
  const outcomes = await push({ 'team/app:v1': await zstdImage() });
  expect(outcomes).toEqual(['team/app:v1 converted', 'team/app:v1 recompressing']);
  expect(ecr.manifest('team/app', 'v1-dockerv2')?.mediaType).toBe(DOCKER.manifest);
  const subscription = template.resources.find(({ type }) => type === 'AWS::SNS::Subscription');
  expect(subscription?.get('Endpoint')).toBe('team@example.com');
  const alarms = readAlarms(template.resources);
  expect(alarms).toHaveLength(13);
  expect(new Set(alarms.map(({ actions }) => actions.join()))).toEqual(new Set([subscription?.get('TopicArn')]));
});

test('with a choice of repositories, a prefix and two platforms, only what is chosen gets companions', async () => {
  const { ecr, bus } = await deploy({
    Repositories: 'team/*,*/tool',
    ExcludedRepositories: 'team/legacy',
    Platforms: 'linux/arm64,linux/amd64',
    CompanionTagSuffix: '',
    CompanionTagPrefix: 'v2s2-',
  });
  const index = await buildxIndex('image manifest');
  const repositories = ['team/app', 'ml/tool', 'ml/other', 'team/legacy'];
  const outcomes = await push(Object.fromEntries(repositories.map((name) => [`${name}:v1`, index])));
  expect(outcomes).toEqual([
    'ml/other:v1 repository-not-chosen',
    'ml/tool:v1 converted',
    'ml/tool:v1 converted',
    'team/app:v1 converted',
    'team/app:v1 converted',
    'team/legacy:v1 repository-not-chosen',
  ]);
  const tags = repositories.map((name) => [...ecr.tags(name).keys()]);
  const all = ['v1', 'v2s2-v1', 'v2s2--amd64-v1'];
  expect(tags).toEqual([all, all, ['v1'], ['v1']]);
  const started = bus.events.filter((event) => event.source === 'aws.ecr' && bus.matching(event).length > 0);
  expect(started).toHaveLength(4);
});

test('names alone make a rule of their prefixes', async () => {
  const { bus, template } = await deploy({ Repositories: 'team/app,ml/app' });
  const outcomes = await push({ 'team/app:v1': await dockerDesktopImage(), 'other:v1': await dockerDesktopImage() });
  expect(outcomes).toEqual(['team/app:v1 converted']);
  expect(bus.events.filter((event) => event.source === 'aws.ecr' && bus.matching(event).length > 0)).toHaveLength(1);
  const [fn] = template.functions;
  if (!fn) throw new Error('no function');
  const actions = template.statementsOf(fn).flatMap((statement) => statement.actions);
  expect(actions).not.toContain('ecr:DescribeRepositories');
});

test.each([
  [{ Repository: 'team/*' }, 'the template has no parameter Repository; expected one of: Repositories, '],
  [
    { Repositories: 'team/**' },
    'parameter Repositories is "team/**"; expected *, or up to 10 repository names or patterns',
  ],
  [{ CompanionTagPrefix: 'v2s2-' }, 'expected only one of them: empty the suffix to use a prefix'],
  [{ CompanionTagSuffix: '' }, 'are both empty; expected one of them'],
  [{ SubnetIds: 'subnet-11111111' }, 'expected both or neither of them'],
  [{ PutImagesPerSecond: '0.5' }, 'parameter PutImagesPerSecond is "0.5"; expected a number of at least 1'],
  [{ RecompressLayers: 'yes' }, 'parameter RecompressLayers is "yes"; expected AllowedValues ["true","false"]'],
])('%j is refused', async (parameters, message) => {
  await expect(deploy(parameters)).rejects.toThrow(message);
});
