import { createHash } from 'node:crypto';
import { AwsError } from '../../../local/aws/error';
import {
  buildahImage,
  buildxIndex,
  dockerDesktopImage,
  dockerImage,
  helmChart,
  zstdImage,
} from '../../../local/images/catalogue';
import type { Package } from '../../../local/images/package';
import { DOCKER, OCI } from '../../support/manifests';
import { useEcrCli } from '../../support/run-cli';

const cli = useEcrCli();
beforeEach(async () => cli.push('v1', await dockerDesktopImage()));

const repair = (...args: string[]) => cli.run(['repair', ...args]);
const companion = (tag = 'v1-dockerv2') => cli.server.ecr.manifest('team/app', tag);
const puts = () => cli.calls('PutImage');
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

test('makes the companion, and the second time leaves it', async () => {
  const first = await repair('team/app:v1');
  expect(companion()?.mediaType).toBe(DOCKER.manifest);
  const uri = `123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app@${companion()?.digest}`;
  expect(first).toEqual({ code: 0, stdout: `team/app:v1  converted: v1-dockerv2 is ${uri}\n`, stderr: '' });
  expect((await repair('team/app:v1')).stdout).toContain('unchanged');
  expect(puts()).toBe(1);
});

test('each image of several, and the exit code of the worst', async () => {
  await cli.push('z', await zstdImage());
  await cli.push('d', await dockerImage());
  await cli.push('c', await helmChart());
  const { code, stdout } = await repair('team/app:z', 'team/app:v1', 'team/app:d', 'team/app:c', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([
    { sourceTag: 'z', outcome: 'refused', reason: 'zstd-layer' },
    { sourceTag: 'v1', outcome: 'converted', companionDigest: companion()?.digest },
    { sourceTag: 'd', outcome: 'skipped', reason: 'already-docker' },
    { sourceTag: 'c', outcome: 'skipped', reason: 'artifact' },
  ]);
  expect((await repair('team/app:v1', 'team/app:d', 'team/app:c')).code).toBe(0);
});

test('two platforms have two companions', async () => {
  await cli.push('m', await buildxIndex('image manifest'));
  const { code, stdout } = await repair('team/app:m', '--platform', 'linux/amd64', '--platform', 'linux/arm64');
  expect([code, stdout.split('\n').map((line) => line.split(' ').slice(2, 5).join(' '))]).toEqual([
    0,
    ['converted: m-dockerv2 (linux/amd64)', 'converted: m-dockerv2-arm64 (linux/arm64)', ''],
  ]);
});

test('an immutable companion is refused with the filter that would cure it', async () => {
  cli.server.ecr.createRepository('team/frozen', {
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    exclusionFilters: ['latest'],
  });
  await cli.push('latest', await dockerDesktopImage('first'), 'team/frozen');
  await repair('team/frozen:latest');
  await cli.push('latest', await dockerDesktopImage('second'), 'team/frozen');
  const { code, stdout } = await repair('team/frozen:latest');
  expect([code, stdout]).toEqual([1, expect.stringMatching(/refused: tag-immutable: .*\*-dockerv2/)]);
});

test.each([[[]], [['--dry-run']], [['--json']]])('a repository that opted out gets nothing: %j', async (args) => {
  cli.optOut();
  const { code, stderr } = await repair('team/app:v1', ...args);
  expect(code).toBe(1);
  expect(stderr).toContain('team/app opted out of companions: it has the resource tag ecr-oci-remediation: disabled');
  expect([puts(), companion()]).toEqual([0, undefined]);
});

test('a companion that is current needs no put, so opting out changes nothing', async () => {
  await repair('team/app:v1');
  cli.optOut();
  expect(await repair('team/app:v1')).toMatchObject({ code: 0, stderr: '' });
});

test('whether a repository opted out must be known before a put', async () => {
  cli.server.before = ({ operation }) => {
    if (operation === 'ListTagsForResource') throw new AwsError('AccessDeniedException', 'No.');
  };
  expect((await repair('team/app:v1')).code).toBe(2);
  expect(puts()).toBe(0);
  expect((await repair('team/app:v1', '--dry-run')).code).toBe(0);
});

test('a denied PutImage names the action', async () => {
  cli.server.before = ({ operation }) => {
    if (operation !== 'PutImage') return;
    throw new AwsError(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:eu-north-1:123456789012:repository/team/app because no identity-based policy allows the ecr:PutImage action',
    );
  };
  expect(await repair('team/app:v1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Ask for ecr:PutImage'),
  });
});

test.each([
  [['team/app:v2'], /no image team\/app:v2\.\nDid you mean team\/app:v1\?/],
  [['team/ap:v1'], /no repository team\/ap in/],
  [[`team/app@sha256:${'0'.repeat(64)}`], /has a digest, and companions belong to tags/],
  [['team/app:v2', '--dry-run'], /no image team\/app:v2/],
])('%j cannot be repaired: exit code 2', async (args, stderr) => {
  expect(await repair(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
});

describe('--dry-run', () => {
  test('prints the exact bytes, what they are and drop, and writes nothing', async () => {
    await cli.push('b', await buildahImage());
    const { code, stdout, stderr } = await repair('team/app:b', '--dry-run');
    expect([code, puts(), companion('b-dockerv2')]).toEqual([0, 0, undefined]);
    expect(stderr).toMatch(/^team\/app:b {2}would be converted: b-dockerv2 would name sha256:/);
    expect(stderr).toContain("drops $.annotations['org.opencontainers.image.base.name']");
    await repair('team/app:b');
    expect(sha256(stdout)).toBe(companion('b-dockerv2')?.digest);
    expect((await repair('team/app:b', '--dry-run')).stderr).toContain('would be unchanged');
  });

  test('on a terminal, readable, and hostile text is escaped', async () => {
    const annotations = { 'a\u202eb': '' };
    const manifest = JSON.stringify({ ...JSON.parse((await dockerDesktopImage()).top.text), annotations });
    cli.server.ecr.store('team/app', { bytes: Buffer.from(manifest), mediaType: OCI.manifest, tag: 't' });
    const { stdout, stderr } = await cli.run(['repair', 'team/app:t', '--dry-run'], { isTTY: true });
    expect(stdout).toMatch(/^\{\n {2}"schemaVersion": 2,/);
    expect(stderr).toMatch(/drops \$\.annotations.*a\\u202eb/);
    await cli.run(['repair', 'team/app:t']);
    expect(sha256(JSON.stringify(JSON.parse(stdout)))).toBe(companion('t-dockerv2')?.digest);
  });

  test('in JSON, the bytes as text', async () => {
    const { stdout, stderr } = await repair('team/app:v1', '--dry-run', '--json');
    const [plan] = JSON.parse(stdout);
    expect(plan).toMatchObject({
      sourceTag: 'v1',
      companionTag: 'v1-dockerv2',
      dryRun: true,
      outcome: 'converted',
      droppedFields: [],
    });
    expect(sha256(plan.manifest)).toBe(plan.companionDigest);
    expect(stderr).toContain('would be converted');
  });

  test.each<[string, () => Promise<Package>, number, RegExp]>([
    ['z', zstdImage, 1, /would be refused: zstd-layer/],
    ['c', helmChart, 0, /would be skipped: artifact/],
    ['d', dockerImage, 0, /would be skipped: already-docker/],
    ['x-dockerv2', dockerImage, 0, /would be skipped: companion-tag/],
  ])('%s has no manifest to print', async (tag, image, code, stderr) => {
    await cli.push(tag, await image());
    expect(await repair(`team/app:${tag}`, '--dry-run')).toEqual({
      code,
      stdout: '',
      stderr: expect.stringMatching(stderr),
    });
  });

  test('an out-of-date companion is named', async () => {
    await repair('team/app:v1');
    const before = companion()?.digest;
    await cli.push('v1', await dockerDesktopImage('second'));
    expect((await repair('team/app:v1', '--dry-run')).stderr).toContain(`instead of ${before}`);
    await cli.push('v1', await helmChart());
    const chart = await repair('team/app:v1', '--dry-run');
    expect([chart.code, chart.stderr]).toEqual([1, expect.stringContaining('refused: stale-companion')]);
  });
});

describe('--recompress', () => {
  const uploads = () => cli.calls('CompleteLayerUpload');

  test('makes the gzip layers, says what that took, and the second time finds them', async () => {
    await cli.push('z', await zstdImage());
    const first = await repair('team/app:z', '--recompress');
    expect(companion('z-dockerv2')?.mediaType).toBe(DOCKER.manifest);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^team\/app:z {2}converted: z-dockerv2 \(recompressed 2 layers, 1 MB in \d s\) is \S+\n$/),
    ]);
    expect(uploads()).toBe(2);
    await cli.push('again', await zstdImage());
    const second = await repair('team/app:z', 'team/app:again', '--recompress', '--json');
    expect(JSON.parse(second.stdout)).toMatchObject([
      { outcome: 'unchanged' },
      { outcome: 'converted', recompressed: { layers: 0, bytes: 0 } },
    ]);
    expect(uploads()).toBe(2);
  });

  test('shows a bar on a terminal', async () => {
    await cli.push('z', await zstdImage());
    const { stderr } = await cli.run(['repair', 'team/app:z', '--recompress'], { isTTY: true });
    expect(stderr).toContain('MB of team/app:z [');
  });

  test('without it, such an image is refused, with a hint', async () => {
    await cli.push('z', await zstdImage());
    const { code, stderr } = await repair('team/app:z');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ecr-oci repair --recompress')]);
    expect(uploads()).toBe(0);
  });

  test('--dry-run says so, and uploads nothing', async () => {
    await cli.push('z', await zstdImage());
    const { code, stdout, stderr } = await repair('team/app:z', '--recompress', '--dry-run');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('would be recompressing: z-dockerv2 would be put after a recompression');
    expect([uploads(), puts()]).toEqual([0, 0]);
  });

  test('a repository that opted out: no layer is read', async () => {
    await cli.push('z', await zstdImage());
    cli.optOut();
    expect((await repair('team/app:z', '--recompress')).code).toBe(1);
    expect(cli.calls('GetDownloadUrlForLayer')).toBe(0);
  });
});
