import { BatchDeleteImageCommand, ECRClient, UpdateImageStorageClassCommand } from '@aws-sdk/client-ecr';
import { AwsError } from '../../../local/aws/error';
import { buildxIndex, dockerDesktopImage, dockerImage, dockerList, zstdImage } from '../../../local/images/catalogue';
import { indexOf } from '../../../local/images/package';
import { DOCKER, digestOfText, OCI } from '../../support/manifests';
import { type RunOptions, useEcrCli } from '../../support/run-cli';
import { seed } from '../../support/seed';

const cli = useEcrCli();
const { push } = cli;

const FAST = ['--rate', '100'];
const remove = (...args: string[]) => cli.run(['remove-companions', ...FAST, ...args]);
const removeNow = (...args: string[]) => remove('--apply', '--yes', ...args);
const repair = (...args: string[]) => cli.run(['repair', ...args]);
const tags = (repository = 'team/app') => [...cli.server.ecr.tags(repository).keys()].sort();
const allTags = () =>
  new Map(
    cli.server.ecr.repositories.flatMap((name) =>
      [...cli.server.ecr.tags(name)].map(([tag, digest]) => [`${name}:${tag}`, digest]),
    ),
  );
const allImages = () =>
  cli.server.ecr.repositories.flatMap((name) => cli.server.ecr.images(name).map(({ manifest }) => manifest.digest));
const client = () =>
  new ECRClient({
    endpoint: cli.server.endpoint,
    region: 'eu-north-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
const untag = (imageTag: string) =>
  client().send(new BatchDeleteImageCommand({ repositoryName: 'team/app', imageIds: [{ imageTag }] }));
const deletions = () => cli.calls('BatchDeleteImage');
const companionsIn = (stdout: string): readonly Record<string, string>[] => JSON.parse(stdout).companions;
const kept = async (...args: string[]) => {
  const { code, stdout } = await removeNow('--json', ...args);
  return {
    code,
    kept: companionsIn(stdout)
      .map(({ tag, outcome, reason }) => `${tag} ${outcome} ${reason ?? ''}`.trim())
      .sort(),
  };
};

describe('100 images of every kind in 5 repositories, backfilled', () => {
  let [before, images]: [ReadonlyMap<string, string>, readonly string[]] = [new Map(), []];
  const isCompanion = (name: string) => name.endsWith('-dockerv2');
  let seeded: ReturnType<typeof seed>;
  const lists = () =>
    seeded.filter(({ kind }) => kind === 'list').map(({ repository, tag }) => `${repository}:${tag}-dockerv2`);
  beforeEach(async () => {
    seeded = seed(cli.server.ecr, { repositories: 5, images: 100, seed: 3 });
    [before, images] = [allTags(), allImages()];
    await cli.run(['backfill', ...FAST]);
  });

  test('a dry run lists every companion tag, and changes nothing', async () => {
    const present = allTags();
    const { code, stdout, stderr } = await remove();
    const listed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => /(?:to remove|kept) +(\S+)/.exec(line)?.[1]);
    expect([code, allTags(), deletions()]).toEqual([1, present, 0]);
    expect(listed.sort()).toEqual([...present.keys()].filter(isCompanion).sort());
    expect(stderr).toContain('Nothing was removed. With --apply they are.');
    expect(stderr).toMatch(/note: delete the stack of the service first/);
    expect(stderr).toMatch(/note: whatever names these tags or their digests stops working/);
  });

  test('what was there before the backfill is there afterwards, and no companion that can go', async () => {
    const { code, stdout } = await removeNow('--json');
    const sources = [...before].filter(([name]) => !isCompanion(name));
    expect(lists().length).toBeGreaterThan(0);
    expect([...allTags()].filter(([name]) => !isCompanion(name))).toEqual(sources);
    expect([...allTags().keys()].filter(isCompanion).sort()).toEqual(lists().sort());
    expect(JSON.parse(stdout)).toMatchObject({
      mode: 'remove',
      isComplete: true,
      summary: { toDo: 0, gone: 0, failed: 0, kept: { referenced: lists().length }, unreadable: [] },
    });
    expect(code).toBe(1);
    const stale = seeded.filter(({ kind }) => kind.endsWith('stale'));
    expect(stale.length).toBeGreaterThan(0);
    // Every image that was there stays, but for companions that had no other tag.
    const left = new Set(allImages());
    const sourceDigests = new Set(sources.map(([, digest]) => digest));
    expect([...sourceDigests].filter((digest) => !left.has(digest))).toEqual([]);
    expect(
      images.filter(
        (digest) => !left.has(digest) && ![...before].some(([name, named]) => named === digest && isCompanion(name)),
      ),
    ).toEqual([]);
    const again = await removeNow('--json');
    expect(JSON.parse(again.stdout).summary).toMatchObject({ removed: 0, kept: { referenced: lists().length } });
  });

  test('only the repositories that are named', async () => {
    await removeNow('--repository', 'ml/*');
    const withCompanions = new Set(
      [...allTags().keys()]
        .filter(isCompanion)
        .filter((name) => !lists().includes(name))
        .map((name) => name.split('/')[0]),
    );
    expect([...withCompanions].sort()).toEqual(['platform', 'team']);
  });
});

describe('only what is provably ours', () => {
  test('a companion that is out of date, or another image, stays', async () => {
    await push('v1', await dockerDesktopImage('one'));
    await push('v1-dockerv2', await dockerImage('somebody else'));
    await push('v2', await dockerDesktopImage('two'));
    await repair('team/app:v2');
    await push('v2', await dockerDesktopImage('two, later'));
    const { code, stdout } = await removeNow();
    expect([code, tags()]).toEqual([1, ['v1', 'v1-dockerv2', 'v2', 'v2-dockerv2']]);
    expect(stdout).toMatch(/^kept {7}team\/app:v1-dockerv2 {2}unproven: the source needs sha256:\w+ now$/m);
    expect(deletions()).toBe(0);
  });

  test('of a source that needs none now, or that can have none', async () => {
    await push('v1', await zstdImage());
    await push('v1-dockerv2', await dockerImage('somebody else'));
    await push('v2', await dockerImage('source'));
    await push('v2-dockerv2', await dockerImage('somebody else'));
    expect(await kept()).toEqual({ code: 1, kept: ['v1-dockerv2 kept unproven', 'v2-dockerv2 kept unproven'] });
  });

  test('a recompressed companion goes, whatever zlib made it', async () => {
    await push('z', await zstdImage());
    await repair('team/app:z', '--recompress');
    expect(tags()).toEqual(['z', 'z-dockerv2']);
    expect(await kept()).toEqual({ code: 0, kept: ['z-dockerv2 removed'] });
    expect(tags()).toEqual(['z']);
  });

  test('of an image that was Docker already, only the tag goes', async () => {
    await push('v1', await dockerImage());
    await repair('team/app:v1', '--companion-for', 'every-tag');
    const { code, stdout } = await removeNow();
    expect([code, stdout]).toEqual([0, 'removed    team/app:v1-dockerv2  only the tag: v1 names the image, too\n']);
    expect(tags()).toEqual(['v1']);
    expect(cli.server.ecr.manifest('team/app', 'v1')?.mediaType).toBe(DOCKER.manifest);
  });

  test('the image of a Docker list stays with the tag: ECR keeps the last tag of such an image', async () => {
    await push('v1', await dockerList());
    await repair('team/app:v1');
    expect(await kept()).toEqual({ code: 1, kept: ['v1-dockerv2 kept referenced'] });
    expect([tags(), deletions()]).toEqual([['v1', 'v1-dockerv2'], 0]);
  });

  test('so does a companion that somebody put into an index', async () => {
    await push('v1', await dockerDesktopImage());
    await repair('team/app:v1');
    const companion = cli.server.ecr.manifest('team/app', 'v1-dockerv2');
    const of = { blobs: [], children: [], top: { mediaType: DOCKER.manifest, text: `${companion?.bytes}` } };
    await push('both', indexOf(DOCKER.list, [{ of, about: {} }], ''));
    const { code, stdout } = await removeNow();
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^kept +team\/app:v1-dockerv2 {2}referenced: Requested image referenced/),
    ]);
    expect(tags()).toContain('v1-dockerv2');
  });

  test('companions of further platforms need the same --platform, and go with it', async () => {
    const platforms = ['--platform', 'linux/amd64', '--platform', 'linux/arm64'];
    await push('v1', await buildxIndex('image manifest'));
    await repair('team/app:v1', ...platforms);
    expect(await kept()).toEqual({ code: 1, kept: ['v1-dockerv2 removed', 'v1-dockerv2-arm64 kept unknown-name'] });
    expect(await kept(...platforms)).toEqual({ code: 0, kept: ['v1-dockerv2-arm64 removed'] });
    expect(tags()).toEqual(['v1']);
  });

  test('so do companions with a prefix', async () => {
    await push('v1', await dockerDesktopImage());
    await repair('team/app:v1', '--companion-prefix', 'dockerv2-');
    expect(await kept()).toEqual({ code: 0, kept: [] });
    expect(await kept('--companion-prefix', 'dockerv2-')).toEqual({ code: 0, kept: ['dockerv2-v1 removed'] });
  });

  test('a repository that opted out, and an excluded tag, keep theirs', async () => {
    for (const [tag, repository] of [
      ['v1', 'team/app'],
      ['dev-1', 'team/other'],
    ] as const) {
      await push(tag, await dockerDesktopImage(), repository);
      await repair(`${repository}:${tag}`);
    }
    cli.optOut();
    const found = ['dev-1-dockerv2 kept tag-excluded', 'v1-dockerv2 kept opted-out'];
    expect(await kept('--exclude-tag', 'dev-*')).toEqual({ code: 1, kept: found });
    expect(deletions()).toBe(0);
  });
});

describe('companions whose source tag is gone', () => {
  beforeEach(async () => {
    await push('v1', await dockerDesktopImage());
    await repair('team/app:v1');
    await untag('v1');
  });
  const calls = () => deletions() - 1;

  test('stay, because they may be the only copy', async () => {
    expect(await kept()).toEqual({ code: 1, kept: ['v1-dockerv2 kept orphan'] });
    expect(calls()).toBe(0);
  });

  test('go with --orphans and a warning, if the service can have written them', async () => {
    await push('v2-dockerv2', await dockerImage('pushed by Docker, which indents'));
    const { code, stdout, stderr } = await removeNow('--orphans');
    expect([code, tags()]).toEqual([1, ['v2-dockerv2']]);
    expect(stdout).toMatch(/^kept +team\/app:v2-dockerv2 {2}unproven: v2 does not exist, and the manifest is not/m);
    expect(stderr).toMatch(
      /note: the source tag of 1 companion is gone, such as that of team\/app:v1-dockerv2\. It may be the only copy/,
    );
  });

  test('stay with --orphans if the source is only archived', async () => {
    await push('v3', await dockerDesktopImage('three'));
    await repair('team/app:v3');
    const imageId = { imageTag: 'v3' };
    const archive = { repositoryName: 'team/app', imageId, targetStorageClass: 'ARCHIVE' } as const;
    await client().send(new UpdateImageStorageClassCommand(archive));
    expect(await kept('--orphans')).toEqual({ code: 1, kept: ['v1-dockerv2 removed', 'v3-dockerv2 kept archived'] });
  });

  test('stay if the source tag comes back meanwhile', async () => {
    for (const { operation, nth } of [
      { operation: 'DescribeImages', nth: 2 },
      { operation: 'BatchGetImage', nth: 2 },
    ]) {
      let calls = 0;
      cli.server.before = async (call) => {
        if (call.operation === operation && ++calls === nth) await push('v1', await dockerDesktopImage());
      };
      expect(await kept('--orphans')).toEqual({ code: 1, kept: ['v1-dockerv2 kept moved'] });
      cli.server.before = () => {};
      await untag('v1');
    }
  });
});

describe('before it acts', () => {
  beforeEach(async () => {
    await push('v1', await dockerDesktopImage());
    await repair('team/app:v1');
  });

  test.each([
    ['y\n', 0, ['v1']],
    ['n\n', 1, ['v1', 'v1-dockerv2']],
    ['', 1, ['v1', 'v1-dockerv2']],
  ])('it shows the tags and what stops working, and asks: %j', async (stdin, exitCode, left) => {
    const options: RunOptions = { stdin, isTTY: true };
    const { code, stderr } = await cli.run(['remove-companions', '--apply'], options);
    expect([code, tags()]).toEqual([exitCode, left]);
    expect(stderr).toMatch(
      /fail when they next start or scale out[\s\S]* {2}team\/app:v1-dockerv2\nRemove 1 companion tag\? \[y\/N\]/,
    );
    expect(stderr.includes('Nothing was removed.')).toBe(exitCode === 1);
  });

  test('without a terminal or --yes it reads nothing', async () => {
    const calls = cli.server.ecr.calls.length;
    const { code, stderr } = await remove('--apply');
    expect([code, cli.server.ecr.calls.length]).toEqual([2, calls]);
    expect(stderr).toMatch(/error: Nothing was removed: stdin is not a terminal.*\nUse --apply --yes/);
  });

  test('it says when a companion was pulled last', async () => {
    await cli.server.registry.manifest('team/app', 'v1-dockerv2');
    const { stdout, stderr } = await remove('--json');
    expect(stderr).toMatch(
      /note: 1 of these tags was pulled in the last 30 days, the latest team\/app:v1-dockerv2 on \d{4}-/,
    );
    expect(companionsIn(stdout)).toMatchObject([
      { sourceTag: 'v1', lastPulledAt: expect.any(String), outcome: 'to-do' },
    ]);
  });
});

describe('many tags', () => {
  const COUNT = 250;
  beforeEach(async () => {
    for (let at = 0; at < COUNT; at += 1) {
      const put = (tag: string, mediaType: string, config: string, layer: string) => {
        const blob = (type: string) => ({
          mediaType: type,
          size: 10,
          digest: digestOfText(`${/config|container/.test(type)} ${at}`),
        });
        const image = { config: blob(config), layers: [blob(layer)] };
        const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...image }));
        cli.server.ecr.store('team/app', { bytes, mediaType, tag });
      };
      put(`v${at}`, OCI.manifest, OCI.config, OCI.gzip);
      put(`v${at}-dockerv2`, DOCKER.manifest, DOCKER.config, DOCKER.gzip);
    }
  });

  test('go in three calls; sources are read once, and companions not before they go', async () => {
    const { code } = await removeNow();
    expect([code, tags().length, deletions()]).toEqual([0, COUNT, 3]);
    // 3 to prove 250 sources, and 500 tags just before.
    expect(cli.calls('BatchGetImage')).toBe(3 + 5);
  });

  test('Ctrl-C finishes the call that has begun, and the next run does the rest', async () => {
    const running = cli.start(['remove-companions', ...FAST, '--apply', '--yes', '--json']);
    cli.server.before = ({ operation }) => {
      if (operation === 'BatchDeleteImage') running.interrupt();
    };
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted: finishing')]);
    expect(JSON.parse(stdout)).toMatchObject({ isComplete: false, summary: { removed: 100, toDo: 150 } });
    expect(companionsIn(stdout)).toHaveLength(COUNT);
    cli.server.before = () => {};
    expect(tags()).toHaveLength(COUNT + 150);
    expect(JSON.parse((await removeNow('--json')).stdout).summary).toMatchObject({ removed: 150, toDo: 0 });
  });

  test('throttling ends it with what was done, and the next run does the rest', async () => {
    cli.server.before = ({ operation }) => {
      if (operation === 'BatchDeleteImage' && deletions() === 2)
        throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    const { code, stdout } = await removeNow('--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      2,
      { isComplete: false, error: { message: expect.stringContaining('throttling') }, summary: { removed: 100 } },
    ]);
    expect((await removeNow()).code).toBe(0);
    expect(tags()).toHaveLength(COUNT);
  });

  test('a tag that moves, a source that goes, and a tag that goes meanwhile', async () => {
    let reads = 0;
    cli.server.before = async ({ operation }) => {
      if (operation !== 'BatchGetImage' || ++reads !== 4) return;
      const { ecr } = cli.server;
      const other = ecr.manifest('team/app', 'v7');
      if (other) ecr.store('team/app', { ...other, tag: 'v0-dockerv2' });
      await untag('v1');
      await untag('v10-dockerv2');
    };
    const { code, stdout } = await removeNow('--json');
    expect([code, JSON.parse(stdout).summary]).toMatchObject([1, { removed: COUNT - 3, gone: 1, kept: { moved: 2 } }]);
    expect(tags().filter((tag) => tag.endsWith('-dockerv2'))).toEqual(['v0-dockerv2', 'v1-dockerv2']);
  });
});

describe('failures', () => {
  beforeEach(async () => {
    for (const repository of ['team/app', 'team/other']) {
      await push('v1', await dockerDesktopImage(), repository);
      await repair(`${repository}:v1`);
    }
  });

  test('2 where one repository denies it; the others are done', async () => {
    cli.server.before = ({ operation, repository }) => {
      if (operation === 'BatchDeleteImage' && repository === 'team/app')
        throw new AwsError(
          'AccessDeniedException',
          'User: arn:x is not authorized to perform: ecr:BatchDeleteImage on resource: arn:y',
        );
    };
    const { code, stdout } = await removeNow();
    expect([code, tags(), tags('team/other')]).toEqual([2, ['v1', 'v1-dockerv2'], ['v1']]);
    expect(stdout).toMatch(/^failed {5}team\/app:v1-dockerv2 {2}arn:x isn't allowed to call ecr:BatchDeleteImage/m);
  });

  test('2 where one repository can not be read; the others are done', async () => {
    cli.server.before = ({ operation, repository }) => {
      if (operation === 'DescribeImages' && repository === 'team/app')
        throw new AwsError('AccessDeniedException', 'no');
    };
    const { code, stderr } = await removeNow();
    expect([code, tags('team/other')]).toEqual([2, ['v1']]);
    expect(stderr).toMatch(/not read: team\/app: /);
  });

  test('2 where the source can not be read, so that nothing is proven', async () => {
    cli.server.ecr.setKeyUsable('team/app', false);
    const { code, stdout } = await removeNow();
    expect([code, tags(), tags('team/other')]).toEqual([2, ['v1', 'v1-dockerv2'], ['v1']]);
    expect(stdout).toMatch(/^kept {7}team\/app:v1-dockerv2 {2}unreadable: /m);
  });

  test.each([
    [['--rate', '0'], /above 0/],
    [['--repository', 'no/such'], /no repository no\/such/],
    [['team/app:v1'], /too many arguments/],
  ])('2 for invalid arguments: %j', async (args, message) => {
    const { code, stderr } = await cli.run(['remove-companions', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

test('0 where there is no companion tag', async () => {
  await push('v1', await dockerDesktopImage());
  expect(await removeNow()).toEqual({ code: 0, stdout: '', stderr: '0 companion tags\n' });
});
