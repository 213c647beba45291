import type { CheckReport } from '../../../bin/commands/check/report';
import { AwsError } from '../../../local/aws/error';
import {
  buildCache,
  buildxIndex,
  dockerDesktopImage,
  dockerImage,
  dockerList,
  helmChart,
  kanikoImage,
  zstdImage,
} from '../../../local/images/catalogue';
import { EcrServer } from '../../support/cli';
import { runCli, useEcrCli } from '../../support/run-cli';

const IN_ECR = '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app';

const cli = useEcrCli({ sharedBy: 'file' });

beforeAll(async () => {
  const images = {
    v1: await buildxIndex('OCI artifact'),
    v2: await dockerDesktopImage(),
    v3: await dockerImage(),
    list: await dockerList(),
    kaniko: await kanikoImage(),
    zstd: await zstdImage(),
    chart: await helmChart(),
    cache: await buildCache('OCI index'),
    latest: await dockerDesktopImage('latest'),
    moved: await dockerDesktopImage('second'),
    'moved-dockerv2': await dockerImage('first'),
  };
  for (const [tag, image] of Object.entries(images)) await cli.push(tag, image);
  await cli.push('v1', images.v3, 'team/other');
  await cli.run(['repair', 'team/app:v1']);
});
afterEach(() => {
  cli.server.before = () => {};
});

const check = (...args: string[]) => cli.run(['check', ...args]);

async function reportOf(...args: string[]): Promise<CheckReport & { readonly code: number | null }> {
  const { code, stdout, stderr } = await check(...args, '--json');
  const [report] = JSON.parse(stdout) as CheckReport[];
  if (!report) throw new Error(stderr);
  return { ...report, code };
}

describe('the exit code and the verdicts', () => {
  test('of each kind of image', async () => {
    const tags = ['v1', 'v2', 'v3', 'list', 'kaniko', 'zstd', 'chart', 'cache', 'moved'];
    const { code, stdout } = await check(...tags.map((tag) => `team/app:${tag}`), '--json');
    const rows = (JSON.parse(stdout) as CheckReport[]).map(({ image, kind, accepted, companions }) => [
      image.replace('team/app:', ''),
      kind,
      accepted.sagemaker.verdict,
      accepted.lambda.verdict,
      ...companions.map(({ state }) => state),
    ]);
    expect(rows).toEqual([
      ['v1', 'index', 'refused', 'refused', 'current'],
      ['v2', 'image', 'refused', 'accepted', 'missing'],
      ['v3', 'image', 'accepted', 'accepted', 'not-needed'],
      ['list', 'index', 'unknown', 'refused', 'missing'],
      ['kaniko', 'image', 'refused', 'unknown', 'missing'],
      ['zstd', 'image', 'refused', 'refused', 'refused'],
      ['chart', 'artifact', 'refused', 'refused', 'not-needed'],
      ['cache', 'build-cache', 'refused', 'refused', 'not-needed'],
      ['moved', 'image', 'refused', 'accepted', 'out-of-date'],
    ]);
    expect(code).toBe(2);
  });

  test.each([
    ['v3', 'sagemaker', 0],
    ['v2', 'sagemaker', 1],
    ['list', 'sagemaker', 2],
    ['v2', 'lambda', 0],
    ['v2', 'sagemaker,lambda', 1],
    ['list', 'lambda', 1],
    ['kaniko', 'lambda', 2],
  ])('of %s for %s is %d', async (tag, consumers, code) => {
    expect((await check(`team/app:${tag}`, '--for', consumers)).code).toBe(code);
  });

  test('of several images is that of the worst', async () => {
    expect((await check('team/app:v3', 'team/other:v1')).code).toBe(0);
    expect((await check('team/app:v3', 'team/app:v1')).code).toBe(1);
    const { code, stdout, stderr } = await check('team/app:v3', 'team/app:nothing', 'team/app:v1');
    expect(code).toBe(2);
    expect(stderr).toContain('no image team/app:nothing');
    expect(stdout).toMatch(/^team\/app:v3$[\s\S]*^team\/app:v1$/m);
  });
});

describe('the report', () => {
  test('of an index: platforms, attestations, layers, and what to give instead', async () => {
    const { code, stdout, stderr } = await check(`${IN_ECR}:v1`);
    expect([code, stderr]).toEqual([1, '']);
    const companion = cli.server.ecr.manifest('team/app', 'v1-dockerv2')?.digest;
    expect(stdout).toMatch(/platforms +linux\/amd64, linux\/arm64$/m);
    expect(stdout).toMatch(/attestations +2$/m);
    expect(stdout).toMatch(/layers +2, \d+ B as stored, of linux\/amd64$/m);
    expect(stdout).toMatch(/AWS Lambda +refused: .*https:/);
    expect(stdout).toContain(`${IN_ECR}@${companion}, which SageMaker CreateModel accepts`);
  });

  test('of an image whose companion is missing or out of date: the command that repairs it', async () => {
    expect((await check('team/app:v2')).stdout).toMatch(/missing[\s\S]*ecr-oci repair team\/app:v2/);
    expect((await check('team/app:moved')).stdout).toMatch(/is out of date: it names sha256:[\s\S]*ecr-oci repair/);
  });

  test('of a companion: whose it is', async () => {
    const { code, stdout } = await check('team/app:v1-dockerv2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/companion of v1 +v1-dockerv2 is current/);
  });

  test('of a digest: the companion of its tag, and nothing of a child without one', async () => {
    const digest = cli.server.ecr.manifest('team/app', 'v1')?.digest;
    expect((await reportOf(`team/app@${digest}`)).companions).toMatchObject([{ sourceTag: 'v1', state: 'current' }]);
    const [child] = cli.server.ecr.manifest('team/app', 'v1')?.manifests ?? [];
    expect(await reportOf(`team/app@${child?.digest}`)).toMatchObject({
      companions: [],
      noCompanion: expect.stringContaining('no tag'),
    });
  });

  test('of a digest whose tags the caller may not list: still the verdicts', async () => {
    cli.server.before = ({ operation }) => {
      if (operation === 'DescribeImages') throw new AwsError('AccessDeniedException', 'No.');
    };
    expect(await reportOf(`team/app@${cli.server.ecr.manifest('team/app', 'v3')?.digest}`)).toMatchObject({
      code: 0,
      companions: [],
      noCompanion: expect.stringContaining('ecr:DescribeImages'),
    });
  });

  test('of an image in a repository that opted out: that, and not the command that would repair it', async () => {
    await cli.push('v1', await dockerDesktopImage(), 'team/opted-out');
    cli.optOut('team/opted-out');
    const { stdout } = await check('team/opted-out:v1');
    expect(stdout).toMatch(/companion +none: opted-out: .*ecr-oci-remediation: disabled/);
    expect(stdout).not.toContain('ecr-oci repair');
    cli.server.before = ({ operation }) => {
      if (operation === 'ListTagsForResource') throw new AwsError('AccessDeniedException', 'No.');
    };
    expect((await check('team/opted-out:v1')).stdout).toContain('v1-dockerv2 is missing');
  });

  test('by the choices of the deployed service', async () => {
    const report = await reportOf(
      'team/app:v1',
      '--companion-prefix',
      'dockerv2-',
      '--platform',
      'linux/arm64',
      '--platform',
      'linux/amd64',
    );
    expect(report.companions.map(({ tag, platform, state }) => [tag, platform, state])).toEqual([
      ['dockerv2-v1', 'linux/arm64', 'missing'],
      ['dockerv2--amd64-v1', 'linux/amd64', 'missing'],
    ]);
  });

  test('of a name without a tag: that it is about latest', async () => {
    const { stdout, stderr } = await check('team/app');
    expect(stdout).toContain('team/app:latest');
    expect(stderr).toContain('latest');
  });

  test('leaves out the platform if the caller may not read the config', async () => {
    cli.server.before = ({ operation }) => {
      if (operation === 'GetDownloadUrlForLayer') throw new AwsError('AccessDeniedException', 'No.');
    };
    expect(await reportOf('team/app:v3')).toMatchObject({ code: 0, platforms: [] });
  });
});

describe('services that take different platforms', () => {
  const [amd64, arm64] = ['linux/amd64', 'linux/arm64'];
  const uriOf = (tag: string) => `${cli.server.host}/team/both@${cli.server.ecr.manifest('team/both', tag)?.digest}`;

  beforeAll(async () => {
    await cli.push('v1', await buildxIndex('image manifest', 'both'), 'team/both');
    await cli.push('v2', await buildxIndex('image manifest', 'unrepaired'), 'team/both');
    await cli.push('arm64', await dockerImage('arm', 'arm64'), 'team/both');
    await cli.run(['repair', 'team/both:v1', '--platform', amd64, '--platform', arm64]);
  });

  test('each is given the companion of its platform', async () => {
    const { code, stdout } = await check(`${cli.server.host}/team/both:v1`, '--for', 'lambda,agentcore');
    expect(code).toBe(1);
    expect(stdout).toContain(`instead                ${uriOf('v1-dockerv2')}, which AWS Lambda accepts\n`);
    expect(stdout).toContain(`instead                ${uriOf('v1-dockerv2-arm64')}, which Bedrock AgentCore accepts\n`);
  });

  test('and if it is missing, the command that makes both', async () => {
    const { stdout } = await check('team/both:v2', '--for', 'lambda,agentcore');
    expect(stdout).toMatch(/v2-dockerv2 is missing\n.*v2-dockerv2-arm64 is missing\n/);
    expect(stdout).toMatch(/to do +ecr-oci repair team\/both:v2 --platform linux\/amd64 --platform linux\/arm64\n$/);
    expect(stdout.match(/to do/g)).toHaveLength(1);
  });

  test('nothing is advised to somebody who asked for a service that accepts the image as it is', async () => {
    const { code, stdout } = await check('team/both:arm64', '--for', 'lambda,agentcore');
    expect([code, stdout]).toEqual([0, expect.not.stringMatching(/instead|to do/)]);
    expect((await check('team/both:v2', '--for', 'sagemaker-training')).stdout).not.toContain('to do');
  });

  test('no companion helps an image of another platform', async () => {
    const { code, stdout } = await check('team/app:v2', '--for', 'agentcore');
    expect(code).toBe(1);
    expect(stdout).toMatch(/Bedrock AgentCore +refused: it takes linux\/arm64 only, and this is linux\/amd64 \(https:/);
    expect(stdout).not.toContain('to do');
  });

  test('what nobody knows is said to be not known', async () => {
    const { code, stdout } = await check('team/app:list', '--for', 'sagemaker-training,ecr-scan');
    expect(code).toBe(2);
    expect(stdout).toMatch(/SageMaker training +not known: there is no report/);
    expect(stdout).toMatch(/ECR basic scanning +not known: there is no report/);
  });
});

describe('stdin', () => {
  const piped = (stdin: string, ...args: string[]) => cli.run(['check', '-', ...args], { stdin });

  test('takes an error message of SageMaker', async () => {
    const message = `An error occurred (ValidationException) when calling the CreateModel operation: Unsupported manifest media type application/vnd.oci.image.index.v1+json for image ${IN_ECR}:v1. Ensure that valid manifest media type is used for specified image.`;
    const { code, stdout } = await piped(message);
    expect([code, stdout.split('\n')[0]]).toEqual([1, 'team/app:v1']);
  });

  test('needs no argument if it is a pipe; at a terminal without an argument, nothing is waited for', async () => {
    const { code, stdout } = await cli.run(['check'], {
      stdin: `Unsupported manifest media type for image ${IN_ECR}:v1.`,
    });
    expect([code, stdout.split('\n')[0]]).toEqual([1, 'team/app:v1']);
    const { stderr, ...none } = await cli.run(['check'], { stdin: 'team/app:v1', isTTY: true });
    expect([none.code, stderr]).toEqual([2, 'error: No image was given.\nExpected image names, or - for stdin.\n']);
  });

  test('takes images, one on a line', async () => {
    const { code, stdout } = await piped('team/app:v3\nteam/other:v1\n', '--json');
    expect([code, JSON.parse(stdout).map(({ image }: CheckReport) => image)]).toEqual([
      0,
      ['team/app:v3', 'team/other:v1'],
    ]);
  });

  test('with an image that does not exist names it in JSON too', async () => {
    const { code, stdout } = await piped('team/app:v3\nteam/app:nothing\n', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([2, [{ image: 'team/app:v3' }, { image: 'team/app:nothing' }]]);
  });

  test('that is a terminal gets a prompt', async () => {
    const { code, stderr } = await cli.run(['check', '-'], { stdin: 'team/app:v3', isTTY: true });
    expect([code, stderr]).toEqual([0, 'Paste image names or an error message, then press Ctrl-D.\n']);
  });

  test('without an image is an error', async () => {
    const { code, stderr } = await piped('\n');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no image')]);
  });
});

describe('an error is one sentence, and exit code 2', () => {
  const throwing = (code: string, message = '') => {
    cli.server.before = () => {
      throw new AwsError(code, message);
    };
  };

  test('a name that does not exist, or is not valid', async () => {
    const cases: readonly (readonly [image: string, stderr: RegExp])[] = [
      ['team/ap:v1', /no repository team\/ap in account 123456789012, Region eu-north-1\.\nDid you mean team\/app\?/],
      ['nothing/like/it:v1', /no repository nothing\/like\/it.*\nCheck the name/],
      ['team/app:v11', /no image team\/app:v11\.\nDid you mean team\/app:v1\?/],
      ['team/app:something-else-altogether', /no image.*\nteam\/app has 12 tags, such as/],
      [`team/app@sha256:${'0'.repeat(64)}`, /no image team\/app@sha256:0+\.\nCheck the digest/],
      [IN_ECR.replace('123456789012', '210987654321'), /no repository team\/app in account 210987654321/],
      ['ghcr.io/team/app:v1', /not in Amazon ECR: its registry is ghcr\.io/],
      ['Team/App', /not a valid image name/],
    ];
    const runs = await Promise.all(cases.map(([image]) => check(image)));
    expect(runs).toEqual(cases.map(([, stderr]) => ({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) })));
    expect(runs.map(({ stderr }) => stderr).join('')).not.toMatch(/^ {4}at /m);
  });

  test('an empty Region', async () => {
    const empty = await EcrServer.start();
    const { code, stderr } = await runCli(['check', 'team/app:v1', '--endpoint-url', empty.endpoint]);
    await empty.stop();
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no repositories at all: is this the right Region/)]);
  });

  test.each([
    [
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-north-1:123456789012:repository/team/app because no identity-based policy allows the ecr:BatchGetImage action',
      /Ask for ecr:BatchGetImage/,
    ],
    ['ExpiredTokenException', 'The security token included in the request is expired', /have expired/],
    ['ThrottlingException', 'Rate exceeded', /is throttling/],
  ])('%s', async (code, message, stderr) => {
    throwing(code, message);
    expect(await check('team/app:v1')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  test('without near matches if listing is denied', async () => {
    cli.server.before = ({ operation }) => {
      if (operation.startsWith('Describe')) throw new AwsError('AccessDeniedException', 'No.');
    };
    expect((await check('team/ap:v1')).stderr).toMatch(/no repository team\/ap.*\nCheck the name/);
    expect((await check('team/app:v11')).stderr).toMatch(/no image team\/app:v11\.\nCheck the tag/);
  });

  test('without credentials or a Region', async () => {
    const anonymous = await runCli(['check', `${IN_ECR}:v1`]);
    expect([anonymous.code, anonymous.stderr]).toEqual([2, expect.stringContaining('No AWS credentials')]);
    const profile = await runCli(['check', `${IN_ECR}:v1`, '--profile', 'nobody']);
    expect([profile.code, profile.stderr]).toEqual([2, expect.stringContaining('There is no AWS profile nobody')]);
    const nowhere = await runCli(['check', 'team/app:v1']);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('No AWS Region')]);
  });

  test('in JSON too, in the place of the image', async () => {
    const { code, stdout } = await check('team/app:v3', 'team/app:nothing', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      2,
      [
        expect.objectContaining({ image: 'team/app:v3' }),
        {
          image: 'team/app:nothing',
          error: { message: expect.stringContaining('no image'), hint: expect.any(String) },
        },
      ],
    ]);
  });

  test('with --verbose or DEBUG, the stack trace', async () => {
    expect((await check('team/app:nothing', '--verbose')).stderr).toMatch(/^ {4}at /m);
    const { stderr } = await cli.run(['check', 'team/app:nothing'], { env: { DEBUG: '1' } });
    expect(stderr).toMatch(/^ {4}at /m);
  });
});

test('a Region that contradicts the URI is ignored, with a note', async () => {
  const { code, stderr } = await check(`${IN_ECR}:v3`, '--region', 'eu-west-1');
  expect([code, stderr]).toEqual([0, expect.stringContaining('--region eu-west-1 is ignored')]);
});

test('an image whose layers must be recompressed has no companion yet, and then one that is current', async () => {
  await cli.push('z', await zstdImage());
  expect((await cli.run(['check', 'team/app:z', '--recompress'])).stdout).toContain(
    'z-dockerv2 is missing, and needs a recompression: $.layers[0] is',
  );
  await cli.run(['repair', 'team/app:z', '--recompress']);
  expect((await cli.run(['check', 'team/app:z', '--recompress'])).stdout).toContain('z-dockerv2 is current');
});
