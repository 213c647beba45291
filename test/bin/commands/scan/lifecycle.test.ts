import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../../../../local/aws/error';
import { dockerDesktopImage } from '../../../../local/images/catalogue';
import { keepDays, keepNewest, rule } from '../../../support/lifecycle-images';
import { useEcrCli } from '../../../support/run-cli';
import { seed } from '../../../support/seed';

const cli = useEcrCli();
const directory = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(directory, { recursive: true }));

const scan = (...args: string[]) => cli.run(['scan', ...args]);
const pushTo = async (repository: string, count: number) => {
  for (let at = 1; at <= count; at += 1) await cli.push(`v${at}`, await dockerDesktopImage(`app ${at}`), repository);
};

describe('repositories whose lifecycle policy would lose images', () => {
  beforeEach(async () => {
    for (const name of ['ml/count', 'ml/days', 'ml/none']) await pushTo(name, 3);
    cli.setLifecycleRules([rule(1, keepNewest(3, ['*']))], 'ml/count');
    cli.setLifecycleRules([rule(1, keepDays(90, 'any'))], 'ml/days');
  });

  test('are listed in text, JSON and HTML, with one call for each repository', async () => {
    const { code, stderr } = await scan();
    expect(code).toBe(0);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^lifecycle risk: ml\/count: rule 1 would expire 3 images, such as v\d, that would stay/),
      '9 tags in 3 repositories: 9 missing',
      '`ecr-oci lifecycle REPOSITORY` shows what would go, and a policy that keeps all of it.',
    ]);
    expect(cli.calls('GetLifecyclePolicy')).toBe(3);
    const page = join(directory, 'page.html');
    const { stdout } = await scan('--json', '--html', page);
    expect(JSON.parse(stdout).lifecycleRisks).toEqual([
      { repository: 'ml/count', why: expect.stringMatching(/^rule 1 would expire 3 images/) },
    ]);
    expect(readFileSync(page, 'utf8')).toMatch(/1 repository has a lifecycle policy that can .*<li>ml\/count: rule 1/);
  });

  test('also if every companion is there, and the next pushes will take images', async () => {
    cli.setLifecycleRules([rule(1, keepNewest(100, ['*']))], 'ml/count');
    await cli.run(['backfill', '--rate', '100']);
    const { lifecycleRisks } = JSON.parse((await scan('--json')).stdout);
    const why =
      'rule 1 of the lifecycle policy counts companions too, so of 100 images it keeps about 50 with their companions';
    expect(lifecycleRisks).toEqual([{ repository: 'ml/count', why }]);
  });

  test('once, however many tags they have', async () => {
    const [name = ''] = seed(cli.server.ecr, { repositories: 1, images: 150, seed: 1 }).map(
      ({ repository }) => repository,
    );
    cli.setLifecycleRules([rule(1, keepNewest(100, ['*']))], name);
    const { lifecycleRisks } = JSON.parse((await scan('--json', '--repository', name)).stdout);
    expect(lifecycleRisks).toHaveLength(1);
  });

  test('unless they opted out, and get no companions', async () => {
    cli.optOut('ml/count');
    expect(JSON.parse((await scan('--json')).stdout).lifecycleRisks).toEqual([]);
  });

  test('also if their policy may not be read, which hides no image', async () => {
    const denied =
      'User: arn:aws:iam::123456789012:user/me is not authorized to perform: ecr:GetLifecyclePolicy on resource: arn:aws:ecr:eu-north-1:123456789012:repository/ml/none';
    cli.server.before = ({ operation, repository }) => {
      if (operation === 'GetLifecyclePolicy' && repository === 'ml/none')
        throw new AwsError('AccessDeniedException', denied);
    };
    const { code, stdout } = await scan('--json');
    const { images, lifecycleRisks } = JSON.parse(stdout);
    expect([code, images.length]).toEqual([0, 9]);
    expect(lifecycleRisks[1]).toEqual({
      repository: 'ml/none',
      why: expect.stringMatching(
        /^the lifecycle policy can't be checked: .*isn't allowed to call ecr:GetLifecyclePolicy/,
      ),
    });
  });
});
