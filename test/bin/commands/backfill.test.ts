import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { RepositoryFilter } from '../../../lib';
import { LocalAccount } from '../../../local/account/account';
import { AwsError } from '../../../local/aws/error';
import { dockerDesktopImage, dockerImage, zstdImage } from '../../../local/images/catalogue';
import { RegistryClient } from '../../../local/images/registry-client';
import { synthesize } from '../../support/assembly';
import { Cli, EcrServer } from '../../support/cli';
import { DOCKER } from '../../support/manifests';
import { type SeededTag, seed, wrongCompanions } from '../../support/seed';

let cli: Cli;
let server: EcrServer;

beforeAll(() => {
  cli = new Cli();
});
afterAll(() => cli.remove());
beforeEach(async () => {
  server = await EcrServer.start();
});
afterEach(() => server.stop());

const FAST = ['--rate', '100'];
const backfill = (...args: string[]) => cli.run(['backfill', ...args, '--endpoint-url', server.endpoint]);
const putCalls = () => server.ecr.calls.filter(({ operation }) => operation === 'PutImage');
const push = async (tag: string, image: Parameters<EcrServer['registry']['push']>[2], repository = 'team/app') =>
  server.registry.push(repository, tag, image);
const pushMany = async (count: number) => {
  for (let at = 0; at < count; at += 1) await push(`v${at}`, await dockerDesktopImage(`app ${at}`));
};
const companions = () => [...server.ecr.tags('team/app').keys()].filter((tag) => tag.endsWith('-dockerv2'));

describe('400 images of every kind in 20 repositories', () => {
  let seeded: readonly SeededTag[];
  beforeEach(() => {
    seeded = seed(server.ecr, { repositories: 20, images: 400, seed: 3 });
  });
  const needed = () => wrongCompanions(server.ecr, seeded).length;

  test('all companions are right afterwards, and the second run puts nothing', async () => {
    const before = needed();
    const tags = new Map(server.ecr.repositories.map((name) => [name, server.ecr.tags(name)]));
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
      const now = server.ecr.tags(repository);
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
    const left = wrongCompanions(server.ecr, seeded).map(({ repository }) => repository.split('/')[0]);
    expect(new Set(left)).toEqual(new Set(['team', 'platform']));
    expect(new Set(putCalls().map(({ repository }) => repository?.split('/')[0]))).toEqual(new Set(['ml']));
  });

  test('killed at any point, it goes on where it was', async () => {
    const before = needed();
    for (const after of [1, 40, 90]) {
      const child = cli.start(['backfill', ...FAST, '--endpoint-url', server.endpoint]);
      const closed = new Promise((resolve) => child.once('close', resolve));
      await putsReach(after);
      child.kill('SIGKILL');
      await closed;
    }
    expect(needed()).toBeGreaterThan(0);
    await backfill(...FAST);
    expect(needed()).toBe(0);
    // A put whose answer nobody read is not made again: the next run sees it.
    expect(putCalls()).toHaveLength(before);
  });
});

/** Resolves when so many puts have come in. */
function putsReach(count: number): Promise<void> {
  return new Promise((resolve) => {
    server.before = ({ operation }) => {
      if (operation === 'PutImage' && putCalls().length >= count) resolve();
    };
  });
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', resolve));
const textOf = (stream: ChildProcess['stdout']) => (stream ? text(stream) : Promise.resolve(''));

describe('Ctrl-C', () => {
  test('finishes what is under way, tells what was done, and the next run does the rest', async () => {
    await pushMany(12);
    const child = cli.start(['backfill', '--rate', '4', '--json', '--endpoint-url', server.endpoint]);
    const [stdout, stderr, code] = [textOf(child.stdout), textOf(child.stderr), ended(child)];
    await putsReach(2);
    child.kill('SIGINT');
    expect(await code).toBe(130);
    expect(await stderr).toMatch(/interrupted: finishing what is under way/);
    const { isComplete, summary, images } = JSON.parse(await stdout);
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
    const child = cli.start(['backfill', '--json', '--endpoint-url', server.endpoint]);
    const [stdout, code] = [textOf(child.stdout), ended(child)];
    await new Promise<void>((resolve) => {
      server.before = ({ operation }) => {
        if (operation !== 'BatchGetImage') return;
        child.kill('SIGINT');
        resolve();
        // Answered only once the signal has been heard.
        return new Promise((heard) => child.stderr?.once('data', () => heard()));
      };
    });
    expect(await code).toBe(130);
    expect(JSON.parse(await stdout)).toMatchObject({ isComplete: false, images: [] });
    expect(putCalls()).toEqual([]);
  });

  test('twice ends at once', async () => {
    await pushMany(3);
    const child = cli.start(['backfill', '--endpoint-url', server.endpoint]);
    const [stdout, code] = [textOf(child.stdout), ended(child)];
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await new Promise<void>((resolve) => {
      server.before = ({ operation }) => {
        if (operation !== 'PutImage') return;
        resolve();
        return held;
      };
    });
    child.kill('SIGINT');
    await new Promise((resolve) => child.stderr?.once('data', resolve));
    child.kill('SIGINT');
    expect([await code, await stdout]).toEqual([130, '']);
    answer();
  });
});

describe('exit codes and failures', () => {
  test('0 where all is right', async () => {
    await push('v1', await dockerDesktopImage());
    const { code, stdout, stderr } = await backfill();
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '1 tag in 1 repository\n0  current before\n1  converted\n',
      stderr: '',
    });
    expect(server.ecr.manifest('team/app', 'v1-dockerv2')?.mediaType).toBe(DOCKER.manifest);
  });

  test('1 where something is refused', async () => {
    await push('z', await zstdImage());
    const { code, stdout } = await backfill();
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^1 {2}refused: zstd-layer$/m)]);
  });

  test('1 where immutability keeps a companion, without a put', async () => {
    server.ecr.createRepository('team/app', {
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
    server.before = ({ operation, tag }) => {
      if (operation === 'PutImage' && tag === 'v1-dockerv2') throw new AwsError('ServerException', 'something broke');
    };
    const { code, stdout, stderr } = await backfill(...FAST);
    expect([code, companions().sort()]).toEqual([2, ['v0-dockerv2', 'v2-dockerv2']]);
    expect(stdout).toMatch(/^2 {2}converted\n1 {2}failed$/m);
    expect(stderr).toMatch(/failed: team\/app:v1: ECR failed: something broke/);
  });

  test('2 where all would fail: it stops after some, and leaves the rest', async () => {
    await pushMany(40);
    server.before = ({ operation }) => {
      if (operation === 'PutImage') throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    const { code, stdout } = await backfill(...FAST, '--json');
    const { summary } = JSON.parse(stdout);
    expect(code).toBe(2);
    expect(summary.failed).toBeGreaterThanOrEqual(5);
    expect(summary.failed).toBeLessThanOrEqual(20);
    expect(summary.left).toBe(40 - summary.failed);
  });

  test('a tag that is deleted, and one that is repaired by somebody else meanwhile, are no failures', async () => {
    await pushMany(2);
    const { stdout } = await cli.run(['repair', 'team/app:v0', '--dry-run', '--endpoint-url', server.endpoint]);
    let isDone = false;
    server.before = ({ operation, tag }) => {
      if (operation !== 'BatchGetImage' || tag !== 'v0' || isDone) return;
      isDone = true;
      server.ecr.store('team/app', { bytes: Buffer.from(stdout), mediaType: DOCKER.manifest, tag: 'v0-dockerv2' });
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
  ])('2 for arguments that are not understood: %j', async (args, message) => {
    const { code, stderr } = await backfill(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

test('puts no faster than it is told', async () => {
  await pushMany(6);
  const began = performance.now();
  await backfill('--rate', '5');
  expect(putCalls()).toHaveLength(6);
  // Six puts have five gaps of 200 ms; a timer may be a millisecond early.
  expect(performance.now() - began).toBeGreaterThan(990);
});

describe('--remote', () => {
  let account: LocalAccount;
  let assembly: string;
  const remote = (...args: string[]) => cli.run(['backfill', '--remote', ...args, '--endpoint-url', account.endpoint]);
  const start = async (props: Parameters<typeof synthesize>[0]) => {
    assembly = synthesize(props);
    account = await LocalAccount.start({ assembly });
  };
  const requests = () =>
    account.bus.events
      .filter(({ source }) => source === 'ecr-oci-remediation')
      .map((event) => [event['detail-type'], event.detail.repository])
      .filter(([type]) => type === 'Registry Audit Requested' || type === 'Repository Audit Requested');

  afterEach(async () => {
    await account.stop();
    rmSync(assembly, { recursive: true });
  });

  test('asks the service, and follows it until all that can be repaired is', async () => {
    await start({ auditPutImagesPerSecond: 5 });
    const seeded = seed(account.ecr, { repositories: 3, images: 30, seed: 5 });
    const before = wrongCompanions(account.ecr, seeded).length;
    const { code, stdout, stderr } = await remote('--json', '--timeout', '60s');
    const { mode, summary } = JSON.parse(stdout);
    expect([mode, summary.repairedByService, summary.left]).toEqual(['remote', before, 0]);
    expect(code).toBe(seeded.some(({ kind }) => kind === 'zstd') ? 1 : 0);
    expect(wrongCompanions(account.ecr, seeded)).toEqual([]);
    expect(requests()[0]).toEqual(['Registry Audit Requested', undefined]);
    expect(stderr).toContain('asked the service for an audit of the registry');
    const puts = account.calls.filter(({ operation }) => operation === 'PutImage').length;
    expect(puts).toBe(before);
    // Nothing is left to ask for.
    account.bus.events.length = 0;
    await remote();
    expect(requests()).toEqual([]);
  });

  test('asks for the repositories that are named, and says after the timeout what is left', async () => {
    await start({ repositories: [RepositoryFilter.matching('ml/*')] });
    const registry = new RegistryClient(account.endpoint);
    await registry.push('team/app', 'v1', await dockerDesktopImage());
    const { code, stdout, stderr } = await remote('--repository', 'team/*', '--timeout', '1s');
    expect(requests()).toEqual([['Repository Audit Requested', 'team/app']]);
    expect([code, stdout]).toEqual([3, expect.stringMatching(/^1 {2}left to do$/m)]);
    expect(stderr).toMatch(/Is it deployed in this account and Region/);
  });
});

test('--remote where nobody takes events is an error, and nothing is put', async () => {
  await push('v1', await dockerDesktopImage());
  const { code, stderr } = await backfill('--remote', '--timeout', '5s');
  expect([code, putCalls()]).toEqual([2, []]);
  expect(stderr).toMatch(/^error: /m);
});
