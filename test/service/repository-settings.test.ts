import { rmSync } from 'node:fs';
import { RepositorySetting } from '../../lib';
import { LocalAccount } from '../../local/account/account';
import { buildxIndex, dockerDesktopImage, dockerImage, helmChart, zstdImage } from '../../local/images/catalogue';
import type { Package } from '../../local/images/package';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { requestEvent } from '../support/request-event';
import { runCli, useNoAwsConfiguration } from '../support/run-cli';

const REPOSITORY = 'team/app';
const SETTINGS = ['--repository-settings', 'platforms,companion-for,recompress-layers'];

useNoAwsConfiguration();
let assembly: string;
let account: LocalAccount;
beforeAll(() => {
  assembly = synthesize({ repositorySettings: Object.values(RepositorySetting) });
});
beforeEach(async () => {
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
  account.ecr.createRepository(REPOSITORY);
});
afterEach(() => account.stop());
afterAll(() => rmSync(assembly, { recursive: true }));

const choose = (setting: string, value: string) =>
  account.ecr.tagResource(REPOSITORY, { [`ecr-oci-remediation:${setting}`]: value });
const details = (detailType: string) =>
  account.bus.events.filter((event) => event['detail-type'] === detailType).map(({ detail }) => detail);
/** The outcomes since the last look. */
const outcomes = () => {
  const found = details('Image Remediation').map(
    ({ outcome, reason, platform }) => `${outcome} ${reason ?? platform ?? ''}`,
  );
  account.bus.events.length = 0;
  return found;
};
async function push(image: Package, tag = 'v1'): Promise<readonly string[]> {
  await new RegistryClient(account.endpoint).push(REPOSITORY, tag, image);
  await account.settle();
  return outcomes();
}
async function audit(): Promise<object | undefined> {
  account.bus.events.length = 0;
  account.bus.put(requestEvent(account.bus, 'Repository Audit Requested', { repository: REPOSITORY }));
  await account.settle();
  return details('Repository Audit Finished')[0];
}
const cli = (command: string, ...args: string[]) =>
  runCli([command, ...args, ...SETTINGS, '--endpoint-url', account.endpoint]);
const ecrCalls = () => {
  const calls = account.calls.filter(({ service }) => service === 'ecr').map(({ operation }) => operation);
  account.calls.length = 0;
  return calls;
};
const companions = () => [...account.ecr.tags(REPOSITORY).keys()].filter((tag) => tag !== 'v1').sort();

describe('a resource tag changes the outcome alike', () => {
  test('platforms: of a push, an audit and the CLI', async () => {
    choose('platforms', 'linux/arm64 linux/amd64');
    expect(await push(await buildxIndex('OCI artifact'))).toEqual(['converted linux/arm64', 'converted linux/amd64']);
    expect(companions()).toEqual(['v1-dockerv2', 'v1-dockerv2-amd64']);
    const arm64 = account.ecr.tags(REPOSITORY).get('v1-dockerv2');
    expect(JSON.parse((await cli('check', `${REPOSITORY}:v1`, '--json')).stdout)).toMatchObject([
      {
        companions: [
          { state: 'current', platform: 'linux/arm64' },
          { state: 'current', platform: 'linux/amd64' },
        ],
      },
    ]);
    expect(await audit()).toMatchObject({ upToDate: 1, requested: 0 });

    choose('platforms', 'linux/amd64');
    expect(JSON.parse((await cli('check', `${REPOSITORY}:v1`, '--json')).stdout)).toMatchObject([
      { companions: [{ state: 'out-of-date', platform: 'linux/amd64' }] },
    ]);
    // At once, although the push has read the tag a moment ago.
    expect(await audit()).toMatchObject({ upToDate: 0, requested: 1 });
    expect(outcomes()).toEqual(['converted linux/amd64']);
    expect(account.ecr.tags(REPOSITORY).get('v1-dockerv2')).not.toBe(arm64);
    expect(companions()).toEqual(['v1-dockerv2', 'v1-dockerv2-amd64']);

    choose('platforms', 'linux/arm64');
    const repaired = await cli('repair', `${REPOSITORY}:v1`);
    expect(repaired).toMatchObject({ code: 0, stdout: expect.stringContaining('(linux/arm64') });
    expect(account.ecr.tags(REPOSITORY).get('v1-dockerv2')).toBe(arm64);
  });

  test('a wrong one is refused, and says why', async () => {
    choose('platforms', 'linux/arm46');
    expect(await push(await buildxIndex('OCI artifact'))).toEqual(['refused bad-repository-setting']);
    expect(await push(await dockerDesktopImage(), 'plain')).toEqual(['converted ']);
    expect(await audit()).toMatchObject({ upToDate: 1, requested: 0, refused: { 'bad-repository-setting': 1 } });
    const { code, stdout } = await cli('repair', `${REPOSITORY}:v1`, '--json');
    const detail = expect.stringMatching(/ecr-oci-remediation:platforms is 'linux\/arm46', expected 1 to 4/);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, [{ reason: 'bad-repository-setting', detail }]]);
    expect((await cli('wait', `${REPOSITORY}:v1`)).stderr).toContain('bad-repository-setting');
    expect(account.deadLetters()).toEqual([]);
  });

  test('companion-for: a Docker image gets a companion', async () => {
    choose('companion-for', 'every-tag');
    expect(await push(await dockerImage())).toEqual(['aliased ']);
    expect(await audit()).toMatchObject({ upToDate: 1 });
  });

  test('recompress-layers: only in the repository that chose it', async () => {
    expect(await push(await zstdImage())).toEqual(['refused zstd-layer']);
    choose('recompress-layers', 'true');
    expect(await audit()).toMatchObject({ requested: 1 });
    expect(outcomes()).toEqual(['recompressing ', 'converted ']);
    expect(await audit()).toMatchObject({ upToDate: 1, requested: 0 });
  });
});

describe('the ECR calls that it costs', () => {
  test('the resource tags, once for all pushes', async () => {
    await push(await dockerDesktopImage());
    expect(ecrCalls()).toEqual([
      'ListTagsForResource',
      'BatchGetImage',
      'PutImage',
      'BatchGetImage',
      'GetLifecyclePolicy',
    ]);
    await push(await dockerDesktopImage(), 'v2');
    expect(ecrCalls()).toEqual(['BatchGetImage', 'PutImage', 'BatchGetImage']);
    choose('platforms', 'linux/amd64');
    await push(await buildxIndex('OCI artifact'), 'v3');
    expect(ecrCalls()).toEqual(['BatchGetImage', 'BatchGetImage', 'PutImage', 'BatchGetImage']);
    await push(await helmChart(), 'v4');
    expect(ecrCalls()).toEqual(['BatchGetImage']);
  });

  test('an audit reads them once', async () => {
    for (const name of ['a', 'b', 'c']) await push(await dockerDesktopImage(), name);
    ecrCalls();
    await audit();
    expect(ecrCalls()).toEqual(['ListTagsForResource', 'DescribeImages', 'BatchGetImage', 'GetLifecyclePolicy']);
  });
});
