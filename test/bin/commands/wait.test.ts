import { AwsError } from '../../../local/aws/error';
import { buildxIndex, dockerDesktopImage, dockerImage, helmChart, zstdImage } from '../../../local/images/catalogue';
import type { Package } from '../../../local/images/package';
import { useEcrCli } from '../../support/run-cli';

const URI = '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app';
const cli = useEcrCli();
const push = (image: Package, tag = 'v1') => cli.push(tag, image);
const wait = (...args: string[]) => cli.run(['wait', ...args]);
const digestOf = (tag: string) => cli.server.ecr.manifest('team/app', tag)?.digest;

/** Before the nth time that the CLI reads the tags, this happens. */
function beforePoll(nth: number, act: () => Promise<unknown>): void {
  let polls = 0;
  cli.server.before = async ({ operation, tag }) => {
    if (operation !== 'BatchGetImage' || tag === undefined) return;
    polls += 1;
    if (polls === nth) await act();
  };
}
const service =
  (...more: string[]) =>
  async () => {
    cli.server.before = () => {};
    await cli.run(['repair', 'team/app:v1', ...more]);
  };

test('returns at once if the companion is current, with only the URI on stdout', async () => {
  await push(await dockerDesktopImage());
  await service()();
  expect(await wait('team/app:v1')).toEqual({ code: 0, stdout: `${URI}@${digestOf('v1-dockerv2')}\n`, stderr: '' });
});

test('waits for the service, with a note on stderr', async () => {
  await push(await dockerDesktopImage());
  beforePoll(2, service());
  const { code, stdout, stderr } = await wait('team/app:v1');
  expect([code, stdout]).toEqual([0, `${URI}@${digestOf('v1-dockerv2')}\n`]);
  expect(stderr).toBe('v1-dockerv2 is missing; waiting for up to 5m\n');
});

test('an out-of-date companion is not enough', async () => {
  await push(await dockerDesktopImage('first'));
  await service()();
  const stale = digestOf('v1-dockerv2');
  await push(await dockerDesktopImage('second'));
  beforePoll(2, service());
  const { code, stdout, stderr } = await wait('team/app:v1');
  expect([code, stdout]).toEqual([0, `${URI}@${digestOf('v1-dockerv2')}\n`]);
  expect(stdout).not.toContain(stale);
  expect(stderr).toContain('is out-of-date');
});

test('follows another push meanwhile', async () => {
  await push(await dockerDesktopImage('first'));
  beforePoll(2, async () => {
    cli.server.before = () => {};
    await push(await dockerImage('second'));
  });
  expect(await wait('team/app:v1')).toMatchObject({ code: 0, stdout: `${URI}@${digestOf('v1')}\n` });
});

test('with the digest of the push, another push ends it', async () => {
  await push(await dockerDesktopImage('first'));
  const first = digestOf('v1');
  beforePoll(2, async () => push(await dockerDesktopImage('second')));
  const { code, stdout, stderr } = await wait(`team/app:v1@${first}`);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`another push came after ${first}`);
});

test('prints a line for each platform, and the platform in JSON', async () => {
  await push(await buildxIndex('OCI artifact'));
  const platforms = ['--platform', 'linux/amd64', '--platform', 'linux/arm64'];
  await service(...platforms)();
  const uris = ['v1-dockerv2', 'v1-dockerv2-arm64'].map((tag) => `${URI}@${digestOf(tag)}`);
  expect((await wait('team/app:v1', ...platforms)).stdout).toBe(`${uris.join('\n')}\n`);
  expect(JSON.parse((await wait('team/app:v1', ...platforms, '--json')).stdout)).toMatchObject({
    image: 'team/app:v1',
    companions: [
      { tag: 'v1-dockerv2', platform: 'linux/amd64', uriByDigest: uris[0] },
      { tag: 'v1-dockerv2-arm64', platform: 'linux/arm64', uriByDigest: uris[1] },
    ],
  });
});

test('a Docker image needs no companion: its own URI is printed', async () => {
  await push(await dockerImage());
  expect(await wait('team/app:v1')).toEqual({ code: 0, stdout: `${URI}@${digestOf('v1')}\n`, stderr: '' });
});

test.each<[string, string, () => Promise<Package>, RegExp]>([
  ['zstd layers', 'v1', zstdImage, /will have no companion: zstd-layer/],
  ['a chart', 'v1', helmChart, /will have no companion: .*artifact/],
  ['a companion', 'v1-dockerv2', dockerImage, /companion tag itself[\s\S]*ecr-oci wait team\/app:v1$/m],
  ['a SOCI tag', 'v1-soci', dockerDesktopImage, /SOCI index builder/],
])('%s: never, which is exit code 1 at once', async (_, tag, image, stderr) => {
  await push(await image(), tag);
  expect(await wait(`team/app:${tag}`)).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) });
});

test('without a service it ends after the timeout, with exit code 3', async () => {
  await push(await dockerDesktopImage());
  const { code, stdout, stderr } = await wait('team/app:v1', '--timeout', '2m', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([
    3,
    { error: { message: 'v1-dockerv2 is still missing.', hint: expect.any(String) } },
  ]);
  expect(stderr).toContain('Is the service deployed');
});

test('throttling after the first poll is waited out', async () => {
  await push(await dockerDesktopImage());
  beforePoll(2, async () => {
    await service()();
    throw new AwsError('ThrottlingException', 'Rate exceeded');
  });
  const { code, stderr } = await wait('team/app:v1');
  expect([code, stderr]).toEqual([0, expect.stringContaining('is missing (ECR is throttling')]);
});

test.each([
  ['team/app:v2', /no image team\/app:v2/],
  ['team/nothing:v1', /no repository team\/nothing/],
  [`team/app@sha256:${'0'.repeat(64)}`, /has no tag/],
])('%s: exit code 2 at once', async (image, stderr) => {
  await push(await dockerDesktopImage());
  expect(await wait(image)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
});

describe('an image whose layers must be recompressed', () => {
  test('has its companion when that is done, if the service does it', async () => {
    await push(await zstdImage());
    beforePoll(2, service('--recompress'));
    const { code, stdout, stderr } = await wait('team/app:v1', '--recompress');
    expect([code, stdout]).toEqual([0, `${URI}@${digestOf('v1-dockerv2')}\n`]);
    expect(stderr).toContain('v1-dockerv2 is missing; waiting');
  });

  test('is waited for no longer than for any other', async () => {
    await push(await zstdImage());
    expect(await wait('team/app:v1', '--recompress', '--timeout', '10s')).toMatchObject({ code: 3, stdout: '' });
  });

  test('will have none otherwise', async () => {
    await push(await zstdImage());
    expect(await wait('team/app:v1')).toMatchObject({ code: 1, stderr: expect.stringContaining('zstd-layer') });
  });
});
