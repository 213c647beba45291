import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../../../local/aws/error';
import {
  buildCache,
  buildxIndex,
  dockerDesktopImage,
  dockerImage,
  helmChart,
  zstdImage,
} from '../../../local/images/catalogue';
import { DOCKER, OCI } from '../../support/manifests';
import { useEcrCli } from '../../support/run-cli';
import { seed } from '../../support/seed';

const cli = useEcrCli();
const directory = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(directory, { recursive: true }));

const scan = (...args: string[]) => cli.run(['scan', ...args]);
const { push, calls } = cli;

interface Image {
  readonly repository: string;
  readonly tag: string;
  readonly format: string;
  readonly kind: string;
  readonly accepted: Readonly<Record<string, { readonly verdict: string }>>;
  readonly companion: { readonly state: string; readonly reason?: string; readonly detail?: string };
  readonly companions?: readonly { readonly state: string; readonly tag: string }[];
}
const imagesOf = ({ stdout }: { readonly stdout: string }): readonly Image[] => JSON.parse(stdout).images;
const stateOf = (images: readonly Image[], tag: string) => {
  const { state, reason } = images.find((image) => image.tag === tag)?.companion ?? {};
  return reason ? `${state} ${reason}` : state;
};

describe('each tag', () => {
  test('has a format, services that accept it, and the state of its companion', async () => {
    await push('oci', await dockerDesktopImage());
    await push('index', await buildxIndex('image manifest'));
    await push('docker', await dockerImage());
    await push('zstd', await zstdImage());
    await push('chart', await helmChart());
    await push('cache', await buildCache('OCI index'));
    await push('gone-dockerv2', await dockerImage('gone'));
    await push('old', await dockerDesktopImage('old'));
    await push('old-dockerv2', await dockerImage('older'));
    await push('moved', await dockerImage('moved'));
    await push('moved-dockerv2', await dockerImage('before'));
    await push('v1-soci', await dockerDesktopImage('soci'));
    await cli.run(['repair', 'team/app:index']);
    const ran = await scan('--json');
    const images = imagesOf(ran);
    expect([ran.code, images.length]).toEqual([0, 13]);
    const formats = Object.fromEntries(
      images.map(({ tag, format, accepted }) => [
        tag,
        `${format}: ${Object.values(accepted)
          .map(({ verdict }) => verdict)
          .join(', ')}`,
      ]),
    );
    expect(formats).toMatchObject({
      oci: 'OCI image: refused, accepted',
      index: 'OCI index: refused, refused',
      'index-dockerv2': 'Docker V2: accepted, accepted',
      docker: 'Docker V2: accepted, accepted',
      zstd: 'OCI image: refused, refused',
      chart: 'artifact: refused, refused',
      cache: 'build cache: refused, refused',
    });
    const states = Object.fromEntries(images.map(({ tag }) => [tag, stateOf(images, tag)]));
    expect(states).toEqual({
      oci: 'missing',
      index: 'current',
      'index-dockerv2': 'companion',
      docker: 'not-needed already-docker',
      zstd: 'refused zstd-layer',
      chart: 'not-needed artifact',
      cache: 'not-needed build-cache',
      'gone-dockerv2': 'orphan',
      old: 'out-of-date',
      'old-dockerv2': 'companion',
      moved: 'out-of-date',
      'moved-dockerv2': 'companion',
      'v1-soci': 'not-needed soci-tag',
    });
  });

  test('that moved to an older image is out of date, whatever its dates are', async () => {
    await push('v1', await dockerDesktopImage('first'));
    await cli.run(['repair', 'team/app:v1']);
    await push('v2', await dockerDesktopImage('second'));
    await cli.run(['repair', 'team/app:v2']);
    await push('v2', await dockerDesktopImage('first'));
    const images = imagesOf(await scan('--json'));
    expect([stateOf(images, 'v1'), stateOf(images, 'v2')]).toEqual(['current', 'out-of-date']);
  });

  test('follows the options: prefix, platforms, excluded tags', async () => {
    await push('v1', await buildxIndex('image manifest'));
    await push('dev-1', await dockerDesktopImage());
    const rules = ['--companion-prefix', 'dockerv2-', '--platform', 'linux/amd64', '--platform', 'linux/arm64'];
    await cli.run(['repair', 'team/app:v1', '--companion-prefix', 'dockerv2-']);
    const images = imagesOf(await scan('--json', ...rules, '--exclude-tag', 'dev-*'));
    expect(stateOf(images, 'dev-1')).toBe('not-needed tag-excluded');
    expect(images.find(({ tag }) => tag === 'v1')).toMatchObject({
      companion: { state: 'missing', tag: 'dockerv2--arm64-v1' },
      companions: [
        { state: 'current', tag: 'dockerv2-v1' },
        { state: 'missing', tag: 'dockerv2--arm64-v1' },
      ],
    });
  });

  test('is refused if immutability keeps an out-of-date companion, but not if a filter lets it move', async () => {
    for (const [name, filters] of [
      ['team/fixed', ['v*']],
      ['team/free', ['v*', '*-dockerv2']],
    ] as const) {
      cli.server.ecr.createRepository(name, {
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        exclusionFilters: filters.map((filter) => (filter === 'v*' ? 'latest' : filter)),
      });
      await push('latest', await dockerDesktopImage('today'), name);
      await push('latest-dockerv2', await dockerImage('yesterday'), name);
    }
    const images = imagesOf(await scan('--json'));
    const byRepository = (name: string) =>
      images.find(({ repository, tag }) => repository === name && tag === 'latest');
    expect(byRepository('team/fixed')?.companion).toMatchObject({ state: 'refused', reason: 'tag-immutable' });
    expect(byRepository('team/free')?.companion).toMatchObject({ state: 'out-of-date' });
  });

  test('needs no companion in a repository that opted out', async () => {
    await push('v1', await dockerDesktopImage());
    cli.optOut();
    expect(stateOf(imagesOf(await scan('--json')), 'v1')).toBe('not-needed opted-out');
  });

  test('needs a companion if a Docker manifest has OCI layers, despite its media type', async () => {
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: DOCKER.manifest,
      config: { mediaType: DOCKER.config, digest: `sha256:${'1'.repeat(64)}`, size: 1 },
      layers: [{ mediaType: OCI.gzip, digest: `sha256:${'2'.repeat(64)}`, size: 1 }],
    });
    cli.server.ecr.store('team/app', { bytes: Buffer.from(text), mediaType: DOCKER.manifest, tag: 'mixed' });
    expect(stateOf(imagesOf(await scan('--json')), 'mixed')).toBe('missing');
  });
});

describe('ways to print it', () => {
  beforeEach(async () => {
    await push('v1', await dockerDesktopImage());
    await push('z', await zstdImage());
  });

  test('a table on stdout, what it comes to on stderr', async () => {
    const { code, stdout, stderr } = await scan();
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'COMPANION                     FORMAT       SAGEMAKER  LAMBDA  IMAGE',
      'missing                       OCI image    no         yes     team/app:v1',
      'refused zstd-layer            OCI image    no         no      team/app:z',
      '',
    ]);
    expect(stderr).toBe('2 tags in 1 repository: 1 missing, 1 refused\n');
  });

  test('the verdicts that were asked for, in every form', async () => {
    await push('both', await buildxIndex('image manifest'));
    await push('arm', await dockerImage('arm', 'arm64'));
    const asked = ['--for', 'agentcore,ecr-scan'];
    const { stdout } = await scan(...asked);
    expect(stdout.split('\n')).toEqual([
      'COMPANION                     FORMAT       AGENTCORE  ECR-SCAN  IMAGE',
      'missing                       OCI image    no         yes       team/app:v1',
      'refused zstd-layer            OCI image    no         ?         team/app:z',
      'missing                       OCI index    ?          no        team/app:both',
      'not-needed already-docker     Docker V2    yes        yes       team/app:arm',
      '',
    ]);
    const { images, totals } = JSON.parse((await scan(...asked, '--json')).stdout);
    expect(images.map(({ accepted }: Image) => Object.keys(accepted))).toEqual(
      images.map(() => ['agentcore', 'ecr-scan']),
    );
    expect(totals.coverage).toEqual({
      agentcore: { asIs: 1, byCompanion: 0, repairable: 1, refused: 2, unknown: 0 },
      'ecr-scan': { asIs: 2, byCompanion: 0, repairable: 1, refused: 0, unknown: 1 },
    });
    expect((await scan(...asked, '--csv')).stdout).toMatch(
      /^repository,.*,pushedAt,agentcore,agentcoreWhy,ecr-scan,ecr-scanWhy,companion,/,
    );
    const file = join(directory, 'asked.html');
    await scan(...asked, '--html', file);
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('Bedrock AgentCore');
    expect(html).toContain('takes linux/arm64 only</td><td class="code">https://docs.aws.amazon.com/bedrock-agentcore');
    expect(html).not.toContain('SageMaker CreateModel');
  });

  test('configs are read only for a service that decides by the platform', async () => {
    await scan('--for', 'sagemaker,sagemaker-training,lambda,ecr-scan');
    expect(calls('GetDownloadUrlForLayer')).toBe(0);
    await scan('--for', 'agentcore');
    expect(calls('GetDownloadUrlForLayer')).toBe(2);
  });

  test('a config that may not be read leaves the verdict open', async () => {
    cli.server.before = ({ operation }) => {
      if (operation === 'GetDownloadUrlForLayer') throw new AwsError('AccessDeniedException', 'No.');
    };
    const { code, stdout } = await scan('--for', 'agentcore');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/OCI image +\? +team\/app:v1/)]);
  });

  test('only tags of some states', async () => {
    expect((await scan('--state', 'refused,out-of-date')).stdout).not.toContain('team/app:v1');
    expect(imagesOf(await scan('--state', 'missing', '--json')).map(({ tag }) => tag)).toEqual(['v1']);
  });

  test('JSON: one document, one image a line, and whether it is complete', async () => {
    const { stdout } = await scan('--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      account: '123456789012',
      region: 'eu-north-1',
      policy: { companionTag: '*-dockerv2', platforms: ['linux/amd64'] },
      isComplete: true,
      totals: { tags: 2, companions: { missing: 1, refused: 1 }, refusals: { 'zstd-layer': 1 } },
    });
    expect(new Date(document.generatedAt).getTime()).toBeGreaterThan(0);
    const lines = stdout.split('\n').filter((line) => line.startsWith('{"repository"'));
    expect(lines.map((line) => JSON.parse(line.replace(/,$/, '')).tag)).toEqual(['v1', 'z']);
  });

  test('CSV', async () => {
    const { stdout } = await scan('--csv');
    const lines = stdout.split('\r\n');
    expect(lines[0]).toMatch(/^repository,tag,digest,/);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^team\/app,v1,sha256:[0-9a-f]{64},OCI image,/);
  });

  test('a page in a file, and no table', async () => {
    const file = join(directory, 'images.html');
    const { code, stdout } = await scan('--html', file);
    expect([code, stdout]).toEqual([0, '']);
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('team/app');
    expect(html).toContain('eu-north-1');
  });

  test("a page that can't be written is one error, in JSON inside the document", async () => {
    const file = join(directory, 'no-such-directory', 'images.html');
    const { code, stdout, stderr } = await scan('--html', file, '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      isComplete: false,
      error: { message: expect.stringMatching(/ENOENT/) },
    });
    expect(stderr).toMatch(/^error: /m);
  });
});

describe('which repositories', () => {
  beforeEach(async () => {
    for (const name of ['ml/a', 'ml/deep/b', 'team/app']) await push('v1', await dockerImage(name), name);
  });
  const names = async (...args: string[]) =>
    imagesOf(await scan('--json', ...args)).map(({ repository }) => repository);

  test('all, by name, or by pattern', async () => {
    expect(await names()).toEqual(['ml/a', 'ml/deep/b', 'team/app']);
    expect(await names('--repository', 'team/app')).toEqual(['team/app']);
    expect(await names('--repository', 'ml/*')).toEqual(['ml/a', 'ml/deep/b']);
    expect(await names('--repository', 'ml/*', '--repository', 'team/app', '--repository', 'ml/a')).toHaveLength(3);
  });

  test('a name or pattern without a match is an error, not an empty list', async () => {
    const name = await scan('--repository', 'no/such');
    expect([name.code, name.stdout]).toEqual([2, '']);
    expect(name.stderr).toMatch(/There is no repository no\/such/);
    const pattern = await scan('--repository', 'team/*', '--repository', 'x*');
    expect([pattern.code, pattern.stdout]).toEqual([2, '']);
    expect(pattern.stderr).toMatch(/No repository .* matches 'x\*'/);
  });
});

test('an account without repositories is an empty list', async () => {
  const { code, stdout } = await scan('--json');
  expect([code, JSON.parse(stdout).images]).toEqual([0, []]);
});

test.each([
  [['--repository', '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app'], /without its registry/],
  [['--repository', 'Team App'], /Expected a repository name/],
  [['--state', 'wrong'], /Expected one or more of current, missing/],
  [['--csv', '--json'], /cannot be used with option/],
  [['--platform', 'amd64'], /os\/architecture/],
])('invalid arguments: %j', async (args, message) => {
  const { code, stdout, stderr } = await scan(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});

describe('if not everything can be read', () => {
  test("one repository that denies access doesn't hide the others, and shows in the exit code and the list", async () => {
    await push('v1', await dockerImage());
    await push('v1', await dockerImage(), 'secret/app');
    cli.server.before = ({ operation, repository }) => {
      if (operation === 'DescribeImages' && repository === 'secret/app')
        throw new AwsError(
          'AccessDeniedException',
          'User: arn:aws:iam::123456789012:user/me is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:eu-north-1:123456789012:repository/secret/app',
        );
    };
    const { code, stdout, stderr } = await scan('--json', '--html', join(directory, 'part.html'));
    expect(code).toBe(2);
    const document = JSON.parse(stdout);
    expect(document.images).toHaveLength(1);
    expect(document).toMatchObject({ isComplete: false, unreadable: [{ repository: 'secret/app' }] });
    expect(stderr).toMatch(/not read: secret\/app: .*isn't allowed to call ecr:DescribeImages/);
    expect(readFileSync(join(directory, 'part.html'), 'utf8')).toContain('1 repository could not be read');
  });

  test("a repository whose key is disabled doesn't hide the others either", async () => {
    await push('v1', await dockerDesktopImage());
    await push('v1', await dockerDesktopImage(), 'locked/app');
    cli.server.before = ({ operation, repository }) => {
      if (operation === 'BatchGetImage' && repository === 'locked/app')
        throw new AwsError('KmsException', 'the key is disabled');
    };
    const { code, stdout } = await scan('--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      2,
      { images: [{ repository: 'team/app' }], unreadable: [{ repository: 'locked/app', why: 'the key is disabled' }] },
    ]);
  });

  test("one image whose config can't be read doesn't hide the others of its batch", async () => {
    await push('v1', await dockerDesktopImage());
    const children = ['a', 'b'].map((name) => {
      const config = { mediaType: OCI.config, digest: `sha256:${name.repeat(64)}`, size: 1 };
      const layers = [{ mediaType: OCI.gzip, digest: `sha256:${'2'.repeat(64)}`, size: 1 }];
      const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI.manifest, config, layers });
      const { digest } = cli.server.ecr.store('team/app', {
        bytes: Buffer.from(text),
        mediaType: OCI.manifest,
        tag: undefined,
      });
      return { mediaType: OCI.manifest, digest, size: text.length };
    });
    const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests: children });
    cli.server.ecr.store('team/app', { bytes: Buffer.from(text), mediaType: OCI.index, tag: 'broken' });
    const { code, stdout } = await scan('--json');
    const images = imagesOf({ stdout });
    expect([code, JSON.parse(stdout).isComplete]).toEqual([2, false]);
    expect([stateOf(images, 'v1'), stateOf(images, 'broken')]).toEqual(['missing', 'unreadable']);
    expect(images.find(({ tag }) => tag === 'broken')?.companion.detail).toMatch(/answered 404/);
  });

  test('expired credentials end it, with one sentence and inside the JSON document', async () => {
    await push('v1', await dockerImage());
    cli.server.before = ({ operation }) => {
      if (operation === 'DescribeImages')
        throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    };
    const { code, stdout, stderr } = await scan('--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      images: [],
      isComplete: false,
      error: { message: 'The AWS credentials have expired.' },
    });
    expect(stderr).toMatch(/credentials have expired/);
  });

  test('a repository that is deleted meanwhile is not an error', async () => {
    await push('v1', await dockerImage());
    cli.server.before = ({ operation }) => {
      if (operation === 'DescribeImages') throw new AwsError('RepositoryNotFoundException', 'does not exist');
    };
    expect((await scan('--json')).code).toBe(0);
  });
});

test('Ctrl-C ends it, and the JSON document is marked as incomplete', async () => {
  seed(cli.server.ecr, { repositories: 20, images: 200, seed: 1 });
  const running = cli.start(['scan', '--json']);
  cli.server.before = ({ operation }) => {
    if (operation === 'BatchGetImage') running.interrupt();
  };
  const { code, stdout, stderr } = await running.ended;
  expect([code, JSON.parse(stdout).isComplete]).toEqual([130, false]);
  expect(stderr).toMatch(/^interrupted/);
});

test.each([
  ['DescribeImages', 4],
  ['BatchGetImage', 8],
])('asks %s for %d repositories at a time', async (operation, limit) => {
  for (let at = 0; at < 2 * limit; at += 1) await push('v1', await dockerImage(), `team/app-${at}`);
  const held: (() => void)[] = [];
  let most = 0;
  let isHolding = true;
  cli.server.before = async (call) => {
    if (call.operation !== operation || !isHolding) return;
    const released = new Promise<void>((resolve) => held.push(resolve));
    most = Math.max(most, held.length);
    if (held.length === limit) setTimeout(release, 20);
    await released;
  };
  // Time enough for one call too many to come in.
  const release = () => {
    isHolding = false;
    for (const resume of held) resume();
  };
  expect((await scan()).code).toBe(0);
  expect(most).toBe(limit);
});

test('400 images of every kind in 20 repositories: each in its state, with few calls', async () => {
  const seeded = seed(cli.server.ecr, { repositories: 20, images: 400, seed: 3 });
  const images = imagesOf(await scan('--json'));
  const found = new Map(images.map((image) => [`${image.repository}:${image.tag}`, image]));
  const EXPECTED = {
    oci: 'missing',
    'oci-right': 'current',
    'oci-stale': 'out-of-date',
    index: 'missing',
    list: 'missing',
    docker: 'not-needed',
    'docker-stale': 'out-of-date',
    zstd: 'refused',
    chart: 'not-needed',
    cache: 'not-needed',
  } as const;
  const wrong = seeded.filter(
    ({ repository, tag, kind }) => found.get(`${repository}:${tag}`)?.companion.state !== EXPECTED[kind],
  );
  expect(wrong).toEqual([]);
  expect(new Set(seeded.map(({ kind }) => kind)).size).toBe(Object.keys(EXPECTED).length);
  expect([calls('DescribeRepositories'), calls('DescribeImages')]).toEqual([1, 20]);
  expect(calls('BatchGetImage')).toBeLessThanOrEqual(2 * 20);
  expect(calls('ListTagsForResource')).toBeLessThanOrEqual(20);
  expect(calls('PutImage')).toBe(0);
});
