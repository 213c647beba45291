import { AwsError } from '../../../local/aws/error';
import { dockerDesktopImage, dockerImage, zstdImage } from '../../../local/images/catalogue';
import { DOCKER } from '../../support/manifests';
import { useEcrCli } from '../../support/run-cli';
import { type SeededTag, seed, wrongCompanions } from '../../support/seed';

const cli = useEcrCli();

const FAST = ['--rate', '100'];
const backfill = (...args: string[]) => cli.run(['backfill', ...args]);
const putCalls = () => cli.server.ecr.calls.filter(({ operation }) => operation === 'PutImage');
const { push } = cli;
const pushMany = async (count: number) => {
  for (let at = 0; at < count; at += 1) await push(`v${at}`, await dockerDesktopImage(`app ${at}`));
};
const companions = () => [...cli.server.ecr.tags('team/app').keys()].filter((tag) => tag.endsWith('-dockerv2'));

describe('100 images of every kind in 5 repositories', () => {
  let seeded: readonly SeededTag[];
  beforeEach(() => {
    seeded = seed(cli.server.ecr, { repositories: 5, images: 100, seed: 3 });
  });
  const needed = () => wrongCompanions(cli.server.ecr, seeded).length;

  test('all companions are current afterwards, and a second run puts nothing', async () => {
    const before = needed();
    const tags = new Map(cli.server.ecr.repositories.map((name) => [name, cli.server.ecr.tags(name)]));
    const first = await backfill(...FAST, '--json');
    const { summary, images, isComplete } = JSON.parse(first.stdout);
    expect([first.code, isComplete, needed()]).toEqual([1, true, 0]);
    expect(summary.converted + summary.aliased).toBe(before);
    expect(summary).toMatchObject({ failed: 0, left: 0, unchanged: 0 });
    expect(summary.refused).toEqual({ 'zstd-layer': seeded.filter(({ kind }) => kind === 'zstd').length });
    expect(images).toHaveLength(before + summary.refused['zstd-layer']);
    expect(putCalls()).toHaveLength(before);
    // No tag but companions was written, none was deleted.
    for (const [repository, earlier] of tags) {
      const now = cli.server.ecr.tags(repository);
      for (const [tag, digest] of earlier) if (!tag.endsWith('-dockerv2')) expect(now.get(tag)).toBe(digest);
      const others = [...now.keys()].filter((tag) => !tag.endsWith('-dockerv2') && !earlier.has(tag));
      expect(others).toEqual([]);
    }
    const second = await backfill(...FAST, '--json');
    expect(JSON.parse(second.stdout).summary).toMatchObject({ converted: 0, aliased: 0, left: 0 });
    expect(putCalls()).toHaveLength(before);
  });

  test('a dry run lists what it would repair, and writes nothing', async () => {
    const before = needed();
    const { code, stdout, stderr } = await backfill('--dry-run');
    expect([code, putCalls().length, needed()]).toEqual([1, 0, before]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(before);
    expect(lines.every((line) => /^(?:missing {4}|out-of-date) {2}\S+:(v\d+) -> \1-dockerv2$/.test(line))).toBe(true);
    expect(stderr).toContain(`${before}  left to do`);
    const { images, mode, summary } = JSON.parse((await backfill('--dry-run', '--json')).stdout);
    expect([mode, summary.left, images[0]]).toMatchObject(['dry-run', before, { sourceTag: expect.any(String) }]);
  });

  test('only the repositories that are named', async () => {
    await backfill(...FAST, '--repository', 'ml/*');
    const left = wrongCompanions(cli.server.ecr, seeded).map(({ repository }) => repository.split('/')[0]);
    expect(new Set(left)).toEqual(new Set(['team', 'platform']));
    expect(new Set(putCalls().map(({ repository }) => repository?.split('/')[0]))).toEqual(new Set(['ml']));
  });
});

describe('Ctrl-C', () => {
  test('finishes what is under way, reports what was done, and the next run does the rest', async () => {
    await pushMany(12);
    const running = cli.start(['backfill', '--rate', '50', '--json']);
    cli.server.before = ({ operation }) => {
      if (operation === 'PutImage' && putCalls().length >= 2) running.interrupt();
    };
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted: finishing')]);
    const { isComplete, summary, images } = JSON.parse(stdout);
    expect([isComplete, summary.converted, summary.failed]).toEqual([false, putCalls().length, 0]);
    expect(summary.left).toBe(12 - summary.converted);
    expect(summary.left).toBeGreaterThan(0);
    expect(images).toHaveLength(12);
    expect(companions()).toHaveLength(summary.converted);
    const again = await backfill(...FAST, '--json');
    expect([again.code, JSON.parse(again.stdout).summary.converted]).toEqual([0, summary.left]);
    expect(putCalls()).toHaveLength(12);
  });

  test('while it still reads, it ends without a put', async () => {
    await pushMany(3);
    const running = cli.start(['backfill', '--json']);
    cli.server.before = ({ operation }) => {
      if (operation === 'BatchGetImage') running.interrupt();
    };
    const { code, stdout } = await running.ended;
    expect([code, JSON.parse(stdout)]).toMatchObject([130, { isComplete: false, images: [] }]);
    expect(putCalls()).toEqual([]);
  });
});

describe('exit codes and failures', () => {
  test('0 where all is current', async () => {
    await push('v1', await dockerDesktopImage());
    const { code, stdout, stderr } = await backfill();
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '1 tag in 1 repository\n0  current before\n1  converted\n',
      stderr: '',
    });
    expect(cli.server.ecr.manifest('team/app', 'v1-dockerv2')?.mediaType).toBe(DOCKER.manifest);
  });

  test('1 where something is refused', async () => {
    await push('z', await zstdImage());
    const { code, stdout } = await backfill();
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^1 {2}refused: zstd-layer$/m)]);
  });

  test.each([[[]], [['--dry-run']]])('1 where a repository opted out, which gets nothing: %j', async (args) => {
    await push('v1', await dockerDesktopImage());
    await push('v1', await dockerDesktopImage(), 'team/other');
    cli.optOut();
    const { code, stdout, stderr } = await backfill(...FAST, ...args);
    expect([code, companions()]).toEqual([1, []]);
    expect(`${stdout}${stderr}`).toMatch(/^1 {2}left alone: opted-out$/m);
    expect(stderr).toContain('team/app opted out of companions: it has the resource tag ecr-oci-remediation: disabled');
    expect(stderr).not.toContain('team/other opted out');
    expect(putCalls().map(({ repository }) => repository)).toEqual(args.length === 0 ? ['team/other'] : []);
  });

  test('1 where immutability keeps a companion, without a put', async () => {
    cli.server.ecr.createRepository('team/app', {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusionFilters: ['latest'],
    });
    await push('latest', await dockerDesktopImage());
    await push('latest-dockerv2', await dockerImage('yesterday'));
    const { code, stdout } = await backfill();
    expect([code, stdout, putCalls()]).toEqual([1, expect.stringContaining('refused: tag-immutable'), []]);
  });

  test('2 where one image fails; the others are repaired', async () => {
    await pushMany(3);
    cli.server.before = ({ operation, tag }) => {
      if (operation === 'PutImage' && tag === 'v1-dockerv2') throw new AwsError('ServerException', 'something broke');
    };
    const { code, stdout, stderr } = await backfill(...FAST);
    expect([code, companions().sort()]).toEqual([2, ['v0-dockerv2', 'v2-dockerv2']]);
    expect(stdout).toMatch(/^2 {2}converted\n1 {2}failed$/m);
    expect(stderr).toMatch(/failed: team\/app:v1: ECR failed: something broke/);
  });

  test('2 where all would fail: it stops after some, and leaves the rest', async () => {
    await pushMany(25);
    cli.server.before = ({ operation }) => {
      if (operation === 'PutImage') throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    const { code, stdout } = await backfill(...FAST, '--json');
    const { summary } = JSON.parse(stdout);
    expect(code).toBe(2);
    expect(summary.failed).toBeGreaterThanOrEqual(5);
    expect(summary.failed).toBeLessThanOrEqual(20);
    expect(summary.left).toBe(25 - summary.failed);
  });

  test('a tag that is deleted meanwhile, or repaired by someone else, is not a failure', async () => {
    await pushMany(2);
    const { stdout } = await cli.run(['repair', 'team/app:v0', '--dry-run']);
    let isDone = false;
    cli.server.before = ({ operation, tag }) => {
      if (operation !== 'BatchGetImage' || tag !== 'v0' || isDone) return;
      isDone = true;
      cli.server.ecr.store('team/app', { bytes: Buffer.from(stdout), mediaType: DOCKER.manifest, tag: 'v0-dockerv2' });
    };
    const ran = await backfill(...FAST, '--json');
    expect([ran.code, JSON.parse(ran.stdout).summary]).toMatchObject([0, { unchanged: 1, converted: 1 }]);
  });

  test.each([
    [['--rate', '0'], /above 0/],
    [['--rate', 'fast'], /above 0/],
    [['--timeout', '5'], /Expected a duration/],
    [['--repository', 'no/such'], /no repository no\/such/],
    [['team/app:v1'], /too many arguments/],
  ])('2 for invalid arguments: %j', async (args, message) => {
    const { code, stderr } = await backfill(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

test('puts no faster than --rate', async () => {
  await pushMany(5);
  const start = performance.now();
  await backfill('--rate', '20');
  expect(putCalls()).toHaveLength(5);
  // Five puts have four gaps of 50 ms; a timer may be a millisecond early.
  expect(performance.now() - start).toBeGreaterThan(195);
});

test('--remote without an event bus is an error, and nothing is put', async () => {
  await push('v1', await dockerDesktopImage());
  const { code, stderr } = await backfill('--remote', '--timeout', '5s');
  expect([code, putCalls()]).toEqual([2, []]);
  expect(stderr).toMatch(/^error: /m);
});
