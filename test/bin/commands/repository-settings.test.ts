import { AwsError } from '../../../local/aws/error';
import { buildxIndex, dockerImage, zstdImage } from '../../../local/images/catalogue';
import { keepNewest, rule } from '../../support/lifecycle-images';
import { useEcrCli } from '../../support/run-cli';

const cli = useEcrCli();
const ALL = 'platforms,companion-for,recompress-layers';
const run = (command: string, ...args: string[]) => cli.run([command, ...args, '--repository-settings', ALL]);
const choose = (setting: string, value: string, repository = 'team/app') =>
  cli.server.ecr.tagResource(repository, { [`ecr-oci-remediation:${setting}`]: value });
const lookUps = () => cli.calls('ListTagsForResource');
const tags = (repository = 'team/app') => [...cli.server.ecr.tags(repository).keys()].sort();

beforeEach(async () => {
  await cli.push('v1', await buildxIndex('OCI artifact'));
});

describe('--repository-settings', () => {
  test('without it, resource tags choose nothing, and are not read for a check', async () => {
    choose('platforms', 'linux/arm64');
    const { stdout } = await cli.run(['repair', 'team/app:v1']);
    expect(stdout).toContain('v1-dockerv2 (linux/amd64');
    const [report] = JSON.parse((await cli.run(['check', 'team/app:v1', '--json'])).stdout);
    expect(report).not.toHaveProperty('settings');
    expect(report.companions).toMatchObject([{ state: 'current', platform: 'linux/amd64' }]);
  });

  test('only takes what there is', async () => {
    const { code, stderr } = await cli.run(['check', 'team/app:v1', '--repository-settings', 'platform']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Expected one or more of platforms, companion-for, recompress-layers'),
    ]);
  });

  test('what the options say is for repositories without the tag', async () => {
    const { stdout } = await run('repair', 'team/app:v1', '--platform', 'linux/arm64');
    expect(stdout).toContain('v1-dockerv2 (linux/arm64');
    choose('platforms', 'linux/amd64');
    const second = await run('repair', 'team/app:v1', '--platform', 'linux/arm64');
    expect(second.stdout).toContain('v1-dockerv2 (linux/amd64');
  });

  test('needs ecr:ListTagsForResource', async () => {
    cli.server.before = ({ operation }) => {
      if (operation === 'ListTagsForResource') throw new AwsError('AccessDeniedException', 'No.');
    };
    expect((await run('check', 'team/app:v1')).code).toBe(2);
    expect((await cli.run(['check', 'team/app:v1'])).code).toBe(1);
  });

  test('an image that is not there has near matches', async () => {
    const { code, stderr } = await run('check', 'team/app:v11');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean team/app:v1?')]);
    expect((await run('check', 'team/ap:v1')).stderr).toContain('Did you mean team/app?');
    const digest = `sha256:${'0'.repeat(64)}`;
    expect((await run('check', `team/app@${digest}`)).stderr).toContain('There is no image');
  });
});

describe('check', () => {
  test('says what counts, and judges the companions by it', async () => {
    choose('platforms', 'linux/arm64 linux/amd64');
    await run('repair', 'team/app:v1');
    const { stdout } = await run('check', 'team/app:v1');
    expect(stdout).toMatch(
      /settings +platforms linux\/arm64 linux\/amd64, companion-for oci-images, recompress-layers false\n/,
    );
    const [report] = JSON.parse((await run('check', 'team/app:v1', '--json')).stdout);
    expect(report.settings).toEqual({
      platforms: ['linux/arm64', 'linux/amd64'],
      companionFor: 'oci-images',
      recompressLayers: false,
      refused: {},
    });
    expect(report.companions).toMatchObject([
      { tag: 'v1-dockerv2', state: 'current', platform: 'linux/arm64' },
      { tag: 'v1-dockerv2-amd64', state: 'current', platform: 'linux/amd64' },
    ]);
  });

  test('knows a companion of a platform that the repository chose', async () => {
    choose('platforms', 'linux/arm64 linux/amd64');
    await run('repair', 'team/app:v1');
    expect((await run('check', 'team/app:v1-dockerv2-amd64')).stdout).toMatch(/companion of v1 +v1-dockerv2-amd64 is/);
    const { stderr } = await run('wait', 'team/app:v1-dockerv2-amd64');
    expect(stderr).toContain('Wait for its source tag: ecr-oci wait team/app:v1\n');
  });

  test('says which tag is wrong, once', async () => {
    choose('platform', 'linux/arm64');
    choose('companion-for', 'all');
    const { stdout } = await run('check', 'team/app:v1');
    expect(stdout.match(/^ +(?:wrong )?settings? .*$/gm)).toEqual([
      expect.stringContaining('platforms linux/amd64, companion-for oci-images, recompress-layers false'),
      expect.stringContaining('the repository has the resource tag ecr-oci-remediation:platform, which is not known'),
      expect.stringContaining("ecr-oci-remediation:companion-for is 'all', expected oci-images or every-tag"),
    ]);
    const [report] = JSON.parse((await run('check', 'team/app:v1', '--json')).stdout);
    expect(Object.keys(report.settings.refused).sort()).toEqual(ALL.split(',').sort());
    expect(report.companions).toMatchObject([{ state: 'refused', reason: 'bad-repository-setting' }]);
  });

  test('takes the platform that a service needs too', async () => {
    choose('platforms', 'linux/amd64');
    const [report] = JSON.parse((await run('check', 'team/app:v1', '--for', 'agentcore', '--json')).stdout);
    expect(report.companions.map(({ platform }: { platform: string }) => platform)).toEqual([
      'linux/amd64',
      'linux/arm64',
    ]);
  });
});

describe('commands that list', () => {
  interface Image {
    readonly repository: string;
    readonly tag: string;
    readonly companion: { readonly state: string; readonly reason?: string };
  }
  beforeEach(async () => {
    await cli.push('d', await dockerImage());
    await cli.push('v1', await buildxIndex('OCI artifact'), 'team/other');
  });

  test('scan judges each repository by its own choice, with one look at its tags', async () => {
    choose('platforms', 'linux/arm64 linux/amd64');
    choose('companion-for', 'every-tag');
    choose('platforms', 'arm64', 'team/other');
    await run('repair', 'team/app:v1');
    const before = lookUps();
    const { stdout } = await run('scan', '--json', '--for', 'sagemaker');
    const { images, policy } = JSON.parse(stdout);
    expect(policy.repositorySettings).toEqual(ALL.split(','));
    expect(
      images.map(
        ({ repository, tag, companion }: Image) => `${repository}:${tag} ${companion.state} ${companion.reason ?? ''}`,
      ),
    ).toEqual([
      'team/app:v1 current ',
      'team/app:d missing ',
      'team/app:v1-dockerv2 companion ',
      'team/app:v1-dockerv2-amd64 companion ',
      'team/other:v1 refused bad-repository-setting',
    ]);
    expect(lookUps() - before).toBe(2);
  });

  test('backfill does what each repository chose, and leaves a recompression to the service', async () => {
    choose('platforms', 'linux/arm64 linux/amd64');
    choose('companion-for', 'every-tag', 'team/other');
    choose('recompress-layers', 'true', 'team/other');
    await cli.push('d', await dockerImage(), 'team/other');
    await cli.push('z', await zstdImage(), 'team/other');
    const { code, stdout } = await run('backfill', '--rate', '100', '--json');
    expect(tags()).toEqual(['d', 'v1', 'v1-dockerv2', 'v1-dockerv2-amd64']);
    expect(tags('team/other')).toEqual(['d', 'd-dockerv2', 'v1', 'v1-dockerv2', 'z']);
    const { images, summary } = JSON.parse(stdout);
    expect([code, summary.left]).toEqual([1, 1]);
    expect(images).toContainEqual({
      repository: 'team/other',
      sourceTag: 'z',
      outcome: 'to-do',
      reason: 'missing',
      companionTag: 'z-dockerv2',
      detail: expect.stringContaining('$.layers[0] is'),
    });
  });

  test('scan and lifecycle count the companions that the repository chose', async () => {
    await cli.push('v1-arm64', await buildxIndex('OCI artifact'));
    cli.setLifecycleRules([rule(1, keepNewest(1, ['*-arm64']))]);
    const risks = async () => JSON.parse((await run('scan', '--json')).stdout).lifecycleRisks.length;
    expect([await risks(), (await run('lifecycle', 'team/app')).code]).toEqual([0, 0]);
    choose('platforms', 'linux/amd64 linux/arm64');
    expect([await risks(), (await run('lifecycle', 'team/app')).code]).toEqual([1, 1]);
  });
});

test('repair recompresses where the repository chose it, and only there', async () => {
  const zstd = await zstdImage();
  for (const name of ['team/app', 'team/other']) await cli.push('z', zstd, name);
  choose('recompress-layers', 'true');
  const { code, stdout } = await run('repair', 'team/app:z', 'team/other:z', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([
    1,
    [
      { repository: 'team/app', outcome: 'converted', recompressed: { layers: 2 } },
      { repository: 'team/other', outcome: 'refused', reason: 'zstd-layer' },
    ],
  ]);
});
