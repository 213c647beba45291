import { dockerDesktopImage, dockerImage } from '../../../../local/images/catalogue';
import { keepNewest, keepPulled, rule } from '../../../support/lifecycle-images';
import { useEcrCli } from '../../../support/run-cli';

const cli = useEcrCli();
const backfill = (...args: string[]) => cli.run(['backfill', '--rate', '100', ...args]);
const companionsOf = (repository: string) =>
  [...cli.server.ecr.tags(repository).keys()].filter((tag) => tag.endsWith('-dockerv2')).sort();

beforeEach(async () => {
  for (const name of ['ml/count', 'ml/none'])
    for (const tag of ['v1', 'v2', 'v3']) await cli.push(tag, await dockerDesktopImage(`app ${tag}`), name);
  cli.setLifecycleRules([rule(1, keepNewest(3, ['*']))], 'ml/count');
});

test('leaves a repository alone whose lifecycle policy would lose images, says why, and exits with 1', async () => {
  const { code, stdout, stderr } = await backfill();
  expect([code, companionsOf('ml/count'), companionsOf('ml/none').length]).toEqual([1, [], 3]);
  expect(stdout).toMatch(/^3 {2}converted\n3 {2}refused: lifecycle-policy$/m);
  expect(stderr).toMatch(
    /^note: ml\/count gets no new companions \(lifecycle-policy\): rule 1 would expire 3 images, such as v\d, that would stay without companions\. See `ecr-oci lifecycle ml\/count`, or use --despite-lifecycle\.$/m,
  );
  const { images, summary } = JSON.parse((await backfill('--json')).stdout);
  expect(summary.refused).toEqual({ 'lifecycle-policy': 3 });
  expect(images[0]).toMatchObject({ repository: 'ml/count', outcome: 'refused', reason: 'lifecycle-policy' });
  expect(images[0].detail).toMatch(/^rule 1 would expire/);
});

test('a dry run says the same', async () => {
  const { code, stdout, stderr } = await backfill('--dry-run');
  expect([code, stdout.trimEnd().split('\n').length, stdout]).toEqual([1, 3, expect.not.stringContaining('ml/count')]);
  expect(stderr).toMatch(/^3 {2}refused: lifecycle-policy$/m);
});

test('--despite-lifecycle goes on, and asks for no policy', async () => {
  const { code, stderr } = await backfill('--despite-lifecycle');
  expect([code, companionsOf('ml/count').length, stderr]).toEqual([0, 3, '']);
  expect(cli.calls('GetLifecyclePolicy')).toBe(0);
});

test('a companion that is out of date is updated all the same', async () => {
  for (const tag of ['v1', 'v2', 'v3']) await cli.push(`${tag}-dockerv2`, await dockerImage(`old ${tag}`), 'ml/count');
  const { code, stdout } = await backfill('--json');
  expect([code, JSON.parse(stdout).summary]).toMatchObject([0, { converted: 6, refused: {} }]);
});

test('leaves a repository alone whose policy archives what nobody pulls', async () => {
  cli.setLifecycleRules([rule(1, keepPulled(30, 'any'))], 'ml/none');
  const { code, stderr } = await backfill('--repository', 'ml/none');
  expect([code, companionsOf('ml/none')]).toEqual([1, []]);
  expect(stderr).toMatch(/ml\/none gets no new companions .* archives what nobody pulls/);
});
