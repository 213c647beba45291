import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { ExitCode } from '../../../bin/cli/exit-code';
import { AwsError, LocalAccount, type LocalAccountOptions } from '../../../local';
import { synthesize } from '../../support/assembly';
import { Written } from '../../support/written';
import { integ, type Options } from './command';
import type { Report } from './report';

type BeforeCall = NonNullable<LocalAccountOptions['beforeCall']>;

const directory = mkdtempSync(join(tmpdir(), 'integ-test-'));
let account: LocalAccount;
let client: ECRClient;
let beforeCall: BeforeCall = () => {};

beforeAll(async () => {
  const assembly = synthesize({ recompressLayers: true });
  account = await LocalAccount.start({ assembly, beforeCall: (...call) => beforeCall(...call) });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new ECRClient({ region: 'eu-north-1', endpoint: account.endpoint, credentials });
});
beforeEach(() => {
  beforeCall = () => {};
});
afterAll(async () => {
  client.destroy();
  await account.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Ran {
  readonly code: ExitCode;
  readonly report: Report;
  readonly markdown: string;
  readonly stderr: string;
}

const signals = new EventEmitter();
/** Pauses are short: nothing here takes long, except what's never to come. */
const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(Math.min(ms, 20)) };
const io = (stdin: PassThrough & { isTTY?: boolean } = new PassThrough()) => ({
  stdin,
  stdout: new Written(),
  stderr: new Written(),
  signals,
  clock,
});

const options = (more: Partial<Options> = {}): Options => ({
  endpointUrl: account.endpoint,
  deployed: true,
  stack: 'OciImageRemediation',
  recompresses: true,
  yes: true,
  wait: 15,
  timeLimit: 5,
  report: join(directory, 'report'),
  ...more,
});

async function run(more: Partial<Options> = {}): Promise<Ran> {
  const { stdout, stderr, ...others } = io();
  const code = await integ(options({ json: true, ...more }), { ...others, stdout, stderr }, {});
  const report: Report = JSON.parse(stdout.text);
  expect(JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8'))).toEqual(report);
  return { code, report, markdown: readFileSync(join(directory, 'report.md'), 'utf8'), stderr: stderr.text };
}

const outcomesOf = ({ steps }: Report) => Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]));

async function repositories(): Promise<readonly string[]> {
  const { repositories: found = [] } = await client.send(new DescribeRepositoriesCommand({}));
  return found.map(({ repositoryName }) => `${repositoryName}`);
}

const TRANSLATION = "comparison with ECR's own translation";

test('every step passes against the local account, and what it does not have is not a pass', async () => {
  const { code, report, markdown } = await run();
  expect(outcomesOf(report)).toEqual({
    push: 'passed',
    'companions of pushes': 'passed',
    audit: 'passed',
    backfill: 'passed',
    recompression: 'passed',
    repair: 'passed',
    [TRANSLATION]: 'passed',
  });
  expect(code).toBe(0);
  const answers = report.questions.flatMap(({ number, answer }) => (answer === undefined ? [] : [[number, answer]]));
  expect(answers).toEqual([
    [3, 'yes, and yes'],
    [5, 'yes'],
    [7, 'ImageInaccessible'],
    [14, 'accepted'],
    [17, 'as assumed'],
  ]);
  const meaningOf = (number: number) => report.questions.find((one) => one.number === number)?.meaning;
  expect(meaningOf(1)).toBe("iam:CreateRole isn't available at this endpoint");
  expect(meaningOf(4)).toBe("ecr:StartLifecyclePolicyPreview isn't available at this endpoint");
  expect(markdown).toContain('says nothing about what AWS answers');
  expect(markdown).toContain('| 6 | Which event does a lifecycle expiry send? | not asked |');
  expect(`${JSON.stringify(report)} ${markdown}`).not.toContain('123456789012');
  expect(report.left).toEqual([]);
  expect(await repositories()).toEqual([]);
});

test('a step that fails keeps no other from running, and nothing is left', async () => {
  beforeCall = ({ operation, entries }) => {
    if (operation === 'PutEvents' && entries.some(({ detail }) => detail.backfill === true))
      throw new AwsError('InternalException', 'an injected fault');
  };
  const { code, report } = await run();
  expect(outcomesOf(report)).toMatchObject({ audit: 'passed', backfill: 'failed', [TRANSLATION]: 'passed' });
  expect(report.steps.find(({ name }) => name === 'backfill')?.detail).toContain('an injected fault');
  expect(code).toBe(1);
  expect(await repositories()).toEqual([]);
});

test('Ctrl-C ends the run, and nothing is left', async () => {
  beforeCall = ({ operation }) => {
    if (operation === 'BatchDeleteImage') signals.emit('SIGINT', 'SIGINT');
  };
  const { code, report } = await run();
  expect(outcomesOf(report)).toMatchObject({ 'companions of pushes': 'passed', audit: 'not run', repair: 'not run' });
  expect(report.questions.filter(({ answer }) => answer !== undefined)).toEqual([]);
  expect(code).toBe(130);
  expect(await repositories()).toEqual([]);
});

test('what cannot be removed is named, with the command that removes it', async () => {
  beforeCall = ({ operation, repository }) => {
    if (operation === 'DeleteRepository' && repository?.endsWith('/layers'))
      throw new AwsError('AccessDeniedException', 'an injected denial');
  };
  const { code, report, stderr } = await run();
  const [repository] = await repositories();
  expect(await repositories()).toEqual([expect.stringMatching(/^ecr-oci-integ-[0-9a-f]{8}\/layers$/)]);
  const command = `aws ecr delete-repository --force --repository-name ${repository}`;
  expect(report.left).toEqual([
    {
      what: `the repository ${repository}`,
      command,
      why: 'AccessDeniedException: an injected denial',
      isIntended: false,
    },
  ]);
  expect(stderr).toContain(command);
  expect(code).toBe(1);
});

test('an event that an endpoint does not take is not available, and what needs it does not run', async () => {
  const { code, report } = await run({ sendEvents: true });
  expect(outcomesOf(report)).toMatchObject({
    push: 'passed',
    'push events': 'not available',
    'companions of pushes': 'not run',
    repair: 'passed',
  });
  expect(code).toBe(1);
});

test('a service that makes no companion fails, and the questions have one all the same', async () => {
  beforeCall = ({ operation, session }) => {
    if (operation === 'BatchGetImage' && session !== undefined) throw new AwsError('ServerException', 'down');
  };
  const { code, report } = await run({ wait: 0.2 });
  expect(outcomesOf(report)).toMatchObject({ 'companions of pushes': 'failed', audit: 'not run', repair: 'passed' });
  expect(report.questions.find(({ number }) => number === 5)?.answer).toBe('yes');
  expect(code).toBe(1);
});

describe('nothing is made', () => {
  const refusal = async (more: Partial<Options>, stdin?: PassThrough & { isTTY?: boolean }, env = {}) => {
    // The functions may still be at what an earlier test sent them.
    let ownCalls = 0;
    beforeCall = ({ session }) => {
      if (session === undefined) ownCalls += 1;
    };
    const shown = io(stdin);
    const error: unknown = await integ(options(more), shown, env).catch((thrown: unknown) => thrown);
    expect(ownCalls).toBe(0);
    return { error: String(error), shown: shown.stderr.text };
  };

  test('without a confirmation', async () => {
    expect((await refusal({ yes: false })).error).toContain('Use --yes');
  });

  test("if the answer isn't yes; what would be made and what it costs was shown", async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    stdin.end('no\n');
    const { error, shown } = await refusal({ yes: false }, stdin);
    expect(error).toContain("the answer was 'no'");
    expect(shown).toMatch(/Region eu-north-1\n {2}account unknown/);
    expect(shown).toContain('ecr-oci-integ-');
    expect(shown).toMatch(/Estimated cost: 0\.\d\d USD/);
  });

  test('on AWS, with an endpoint in the environment that is not AWS', async () => {
    const env = { AWS_ENDPOINT_URL_ECR: account.endpoint };
    expect((await refusal({ endpointUrl: undefined }, undefined, env)).error).toContain('AWS_ENDPOINT_URL_ECR');
  });

  test("on AWS, with ECR's events sent by someone else", async () => {
    expect((await refusal({ endpointUrl: undefined, sendEvents: true })).error).toContain('--send-events');
  });
});
