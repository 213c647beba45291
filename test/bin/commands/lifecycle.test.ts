import { ECRClient, GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { keepDays, keepNewest, keepPulled, rule } from '../../support/lifecycle-images';
import { useEcrCli } from '../../support/run-cli';

const cli = useEcrCli();
const lifecycle = (...args: string[]) => cli.run(['lifecycle', 'team/app', ...args]);
const presentPolicy = async () => {
  const region = 'eu-north-1';
  const client = new ECRClient({
    endpoint: cli.server.endpoint,
    region,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const { lifecyclePolicyText = '' } = await client.send(new GetLifecyclePolicyCommand({ repositoryName: 'team/app' }));
  return JSON.parse(lifecyclePolicyText);
};
const puts = () => cli.calls('PutLifecyclePolicy');

beforeEach(async () => {
  for (const tag of ['v1', 'v2', 'v3']) await cli.push(tag, await dockerDesktopImage(`app ${tag}`));
});

describe('a rule that counts sources and companions', () => {
  beforeEach(() => cli.setLifecycleRules([rule(1, keepNewest(3, ['v*']))]));

  test('shows what would go and why, and prints a policy that keeps both', async () => {
    const { code, stdout, stderr } = await lifecycle();
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\d{4}-\d{2}-\d{2}/g, 'DATE').split('\n')).toEqual([
      'With companions of all its images, the lifecycle policy of team/app would take what stays without them:',
      '  rule 1 (v*: the newest 3) would expire 3 images:',
      ...['v1', 'v2', 'v3'].map((tag) => expect.stringContaining(`${tag}, pushed DATE`)),
      '  rule 1 of the lifecycle policy counts companions too, so of 3 images it keeps about 1 with their companions',
      'This policy keeps all of them, and their companions:',
      '  rule 1 is new: claims the companions of rule 1, which keeps 3; 6 leave room for companions that are put late',
      '  rule 2 was rule 1 with 3: it counts companions too, even those that a higher rule claims, so 9 keep 3 releases',
      '`ecr-oci lifecycle team/app --apply` writes it.',
      '',
    ]);
    const { rules } = JSON.parse(stdout);
    expect(rules.map(({ selection }: { selection: object }) => selection)).toMatchObject([
      { tagPatternList: ['v*-dockerv2'], countNumber: 6 },
      { tagPatternList: ['v*'], countNumber: 9 },
    ]);
    expect(cli.server.ecr.calls.map(({ operation }) => operation).slice(-2)).toEqual([
      'GetLifecyclePolicy',
      'DescribeImages',
    ]);
    expect(puts()).toBe(0);
  });

  test('the same in JSON', async () => {
    const { code, stdout } = await lifecycle('--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      {
        repository: 'team/app',
        policy: { rules: [{ rulePriority: 1, selection: { countNumber: 3 } }] },
        companions: 3,
        lost: [{ action: 'expire', rulePriority: 1 }, {}, {}],
        companionsLost: [],
        hazards: [{ kind: 'count', rulePriority: 1, keepsNow: 3, keepsThen: 1 }],
        suggestion: { kind: 'changed', policy: { rules: [{}, {}] }, lost: [], companionsLost: [] },
        isApplied: false,
      },
    ]);
  });

  test('--apply --yes writes the policy that it printed, under which nothing is lost', async () => {
    const { code, stdout, stderr } = await lifecycle('--apply', '--yes');
    expect([code, await presentPolicy()]).toEqual([0, JSON.parse(stdout)]);
    expect(stderr).toContain('This is the lifecycle policy of team/app now.');
    const again = await lifecycle();
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect(again.stderr).toMatch(/takes no image because of companions: 3 companions would make no difference/);
    expect((await cli.run(['backfill', '--rate', '100'])).code).toBe(0);
    expect((await lifecycle()).code).toBe(0);
  });

  test.each([
    ['y\n', 0, 1],
    ['n\n', 1, 0],
    ['\n', 1, 0],
    ['', 1, 0],
  ])('--apply asks on a terminal, after it showed the policy: %j', async (stdin, exitCode, written) => {
    const { code, stdout, stderr } = await cli.run(['lifecycle', 'team/app', '--apply'], { stdin, isTTY: true });
    expect([code, puts()]).toEqual([exitCode, written]);
    expect(stdout).toContain('v*-dockerv2');
    expect(stderr).toContain('Write this lifecycle policy to team/app? [y/N] ');
    expect(stderr.includes('Nothing was written.')).toBe(written === 0);
  });

  test('--apply without a terminal or --yes writes nothing', async () => {
    const { code, stderr } = await lifecycle('--apply');
    expect([code, puts()]).toEqual([2, 0]);
    expect(stderr).toMatch(/error: Nothing was written: stdin is not a terminal.*\nUse --apply --yes/);
  });

  test('--apply --json shows the policy before, on stderr', async () => {
    const { code, stdout, stderr } = await lifecycle('--apply', '--yes', '--json');
    expect([code, JSON.parse(stdout).isApplied]).toEqual([0, true]);
    expect(stderr).toContain('"v*-dockerv2"');
  });

  test('--apply does not replace a policy that somebody changed meanwhile', async () => {
    let reads = 0;
    cli.server.before = ({ operation }) => {
      if (operation !== 'GetLifecyclePolicy') return;
      reads += 1;
      if (reads === 2) cli.setLifecycleRules([rule(1, keepNewest(50, ['v*']))]);
    };
    const { code, stderr } = await lifecycle('--apply', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining('has changed meanwhile')]);
    expect(await presentPolicy()).toMatchObject({ rules: [{ selection: { countNumber: 50 } }] });
  });
});

test('a suggestion has to keep what stays now, not what it would keep itself', async () => {
  await cli.push('v4', await dockerDesktopImage('app v4'));
  cli.setLifecycleRules([rule(1, keepNewest(2, ['v*']))]);
  const { code, stderr } = await lifecycle();
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/would expire 2 images:\n.*\n.*\n.*\nThis policy keeps all/),
  ]);
});

test('a rule that asks for two tags at once counts no companion', async () => {
  cli.setLifecycleRules([rule(1, keepNewest(3, ['v*', 'latest']))]);
  expect(await lifecycle()).toMatchObject({ code: 0, stdout: '' });
});

test('without a policy nothing expires, and nothing is written', async () => {
  const { code, stdout, stderr } = await lifecycle('--apply', '--yes');
  expect([code, stdout, puts()]).toEqual([0, '', 0]);
  expect(stderr).toBe('team/app has no lifecycle policy: nothing expires, with or without companions.\n');
});

test('a rule by age takes nothing because of companions, and nothing is written', async () => {
  cli.setLifecycleRules([rule(1, keepDays(90, 'any'))]);
  const { code, stdout, stderr } = await lifecycle('--apply', '--yes');
  expect([code, stdout, puts()]).toEqual([0, '', 0]);
  expect(stderr).toMatch(/^The lifecycle policy of team\/app takes no image because of companions/);
});

test('a policy that will lose images, though none yet', async () => {
  cli.setLifecycleRules([rule(1, keepNewest(100, ['*']))]);
  const { code, stdout, stderr } = await lifecycle();
  expect([code, JSON.parse(stdout).rules.length]).toEqual([1, 2]);
  expect(stderr).toMatch(/takes no image because of companions now, but will:\n {2}rule 1 .* of 100 images it keeps/);
});

test('a policy that cannot be mended is not written', async () => {
  cli.setLifecycleRules([rule(1, keepPulled(30, 'any'))]);
  const { code, stdout, stderr } = await lifecycle('--apply', '--yes');
  expect([code, stdout, puts()]).toEqual([1, '', 0]);
  expect(stderr).toMatch(/No policy is suggested: rule 1 archives what nobody pulls/);
  expect(stderr).toMatch(/Nothing was written: --apply writes only a policy that keeps everything\./);
});

test('a suggestion that would still lose an image is printed, and says so, and is not written', async () => {
  for (const tag of ['prod1', 'prod2', 'prod3', 'x']) await cli.push(tag, await dockerDesktopImage(`app ${tag}`));
  cli.setLifecycleRules([rule(1, keepDays(90, ['prod*'])), rule(2, keepNewest(1, ['*']))]);
  const { code, stdout, stderr } = await lifecycle('--apply', '--yes');
  expect([code, JSON.parse(stdout).rules.length, puts()]).toEqual([1, 4, 0]);
  expect(stderr).toMatch(
    /This policy is better, but would still take:\n {2}rule 4 \(\*: the newest 3\) would expire 1 image:\n {4}x, /,
  );
  expect(stderr).toContain('Nothing was written: --apply writes only a policy that keeps everything.');
});

test('the companion options are those of the service', async () => {
  cli.setLifecycleRules([rule(1, keepNewest(3, ['v*']))]);
  const { code, stderr } = await lifecycle('--companion-prefix', 'dockerv2-');
  expect([code, stderr]).toEqual([0, expect.stringMatching(/takes no image because of companions/)]);
});

test.each([
  ['no/such', /There is no repository no\/such in /],
  ['team/app:v1', /'team\/app:v1' names an image\.\nExpected a repository: team\/app\./],
  ['quay.io/team/app', /not in Amazon ECR/],
])('2 for %s', async (repository, message) => {
  const { code, stdout, stderr } = await cli.run(['lifecycle', repository]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
});

test('2 for a policy that is not understood', async () => {
  const rules = JSON.stringify([rule(1, keepNewest(3, ['v*']))]);
  cli.server.ecr.putLifecyclePolicy('team/app', `{"rules":${rules},"rules":${rules}}`);
  const { code, stderr } = await lifecycle('--apply', '--yes');
  expect([code, stderr, puts()]).toEqual([
    2,
    expect.stringMatching(/policy of team\/app is not understood: .*rules/),
    0,
  ]);
});
