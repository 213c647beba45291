import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, RealClock, SkippingClock } from '../../../local/clock';
import type { FunctionView } from '../../../local/cloudformation';
import { pick } from '../../../local/cloudformation/pick';
import { FunctionHost, type LogLine } from '../../../local/lambda';
import { probeTemplate } from '../../support/probe';

const PROBE = pick('Function2F', 'function', probeTemplate().functions);
const inline = (source: string, more: Partial<FunctionView> = {}): FunctionView => ({
  ...PROBE,
  code: { kind: 'inline', source },
  ...more,
});

let workDirectory = '';
let logs: LogLine[] = [];
let hosts: FunctionHost[] = [];

function start(fn: FunctionView = PROBE, clock: Clock = new RealClock(), minEnvironments = 1): FunctionHost {
  const endpoint = 'http://127.0.0.1:9';
  const settings = { fn, region: 'eu-north-1', endpoint, workDirectory, clock, minEnvironments };
  const host = new FunctionHost(settings, (line) => logs.push(line));
  hosts.push(host);
  return host;
}

const batch = (...tasks: readonly object[]) => ({
  Records: tasks.map((task, index) => ({
    messageId: `m${index}`,
    body: JSON.stringify(task),
    attributes: { ApproximateReceiveCount: '1' },
  })),
});
const lines = () => logs.map(({ line }) => line);

beforeEach(() => {
  workDirectory = mkdtempSync(join(tmpdir(), 'host-'));
  logs = [];
  hosts = [];
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  expect(hosts.map(({ processes }) => processes)).toEqual(hosts.map(() => 0));
  rmSync(workDirectory, { recursive: true });
});

test('the function answers, and its process is used again', async () => {
  const host = start();
  expect(await host.invoke(batch({ do: 'succeed' }))).toEqual({
    kind: 'response',
    response: { batchItemFailures: [] },
  });
  expect(await host.invoke(batch({ do: 'succeed' }, { do: 'report' }))).toEqual({
    kind: 'response',
    response: { batchItemFailures: [{ itemIdentifier: 'm1' }] },
  });
  expect(host.processes).toBe(1);
});

test('invocations at the same time have a process each', async () => {
  const host = start();
  await Promise.all([host.invoke(batch({ do: 'succeed' })), host.invoke(batch({ do: 'succeed' }))]);
  expect(host.processes).toBe(2);
});

const COUNTER = inline('let count = 0; exports.handler = async () => { count += 1; return count; };');

test('each of several environments has a state of its own, and they take turns', async () => {
  const host = start(COUNTER, new RealClock(), 3);
  const counts: unknown[] = [];
  for (let n = 0; n < 7; n++) counts.push(await host.invoke({}));
  expect(counts).toEqual([1, 1, 1, 2, 2, 2, 3].map((response) => ({ kind: 'response', response })));
  expect(host.processes).toBe(3);
});

test('the environment that was idle the longest is used next', async () => {
  const host = start(COUNTER);
  await Promise.all([host.invoke({}), host.invoke({})]);
  const second = [await host.invoke({}), await host.invoke({})];
  expect(second).toEqual([2, 2].map((response) => ({ kind: 'response', response })));
});

test('it may answer any JSON', async () => {
  const host = start();
  for (const respond of [null, 'text', 0, [1]])
    expect(await host.invoke({ respond })).toEqual({ kind: 'response', response: respond });
});

test('a handler that returns nothing answers null', async () => {
  expect(await start(inline('exports.handler = async () => {};')).invoke({})).toEqual({
    kind: 'response',
    response: null,
  });
});

test('it sees the environment of the template and of Lambda, and nothing of this process', async () => {
  process.env.OF_THIS_PROCESS = 'secret';
  const host = start();
  await host.invoke(batch({ do: 'environment' }));
  delete process.env.OF_THIS_PROCESS;
  const { env, context, remaining, execArgv } = JSON.parse(lines()[0] ?? '');
  expect(env).toEqual({
    MODE: 'plain',
    WHERE: 'eu-north-1/amazonaws.com',
    AWS_REGION: 'eu-north-1',
    AWS_DEFAULT_REGION: 'eu-north-1',
    AWS_LAMBDA_FUNCTION_NAME: 'Probe-Function2F',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: 'Probe-Logs1E',
    AWS_LAMBDA_LOG_STREAM_NAME: context.logStreamName,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_ACCESS_KEY_ID: expect.any(String),
    AWS_SECRET_ACCESS_KEY: expect.any(String),
    AWS_SESSION_TOKEN: expect.any(String),
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_CONFIG_FILE: expect.any(String),
    AWS_SHARED_CREDENTIALS_FILE: expect.any(String),
    LAMBDA_TASK_ROOT: expect.stringContaining('asset.probe'),
    NODE_PATH: expect.stringContaining('node_modules'),
    TZ: ':UTC',
    _HANDLER: 'index.handler',
  });
  expect(context).toEqual({
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    functionName: 'Probe-Function2F',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-north-1:123456789012:function:Probe-Function2F',
    memoryLimitInMB: '128',
    logGroupName: 'Probe-Logs1E',
    logStreamName: expect.stringMatching(/\[\$LATEST\][0-9a-f]{32}$/),
  });
  expect(remaining).toBeGreaterThan(15_000);
  expect(remaining).toBeLessThanOrEqual(20_000);
  expect(execArgv).toEqual(['--max-old-space-size=115']);
});

test('inline code finds the AWS SDK of the runtime', async () => {
  const source = "exports.handler = async () => typeof require('@aws-sdk/client-ecr').ECRClient;";
  expect(await start(inline(source)).invoke({})).toEqual({ kind: 'response', response: 'function' });
});

test('every line written before the answer is logged with it', async () => {
  const host = start();
  await host.invoke(batch({ do: 'log' }));
  const stdout = lines().filter((line) => line !== 'on stderr');
  expect(stdout).toEqual([
    'one',
    expect.stringMatching(/^\S+Z\t[0-9a-f-]{36}\tINFO\ttwo by console$/),
    'three without an end',
  ]);
  expect(lines()).toContain('on stderr');
  expect(new Set(logs.map(({ requestId }) => requestId)).size).toBe(1);
  expect(logs[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a thrown error is the result, and is logged', async () => {
  const host = start();
  expect(await host.invoke(batch({ do: 'throw' }))).toEqual({
    kind: 'error',
    errorType: 'TypeError',
    errorMessage: 'thrown on request',
  });
  expect(lines()).toEqual([
    expect.stringMatching(
      /\tERROR\tInvoke Error\t\{"errorType":"TypeError","errorMessage":"thrown on request","trace"/,
    ),
  ]);
  expect(await host.invoke(batch({ do: 'succeed' }))).toMatchObject({ kind: 'response' });
  expect(host.processes).toBe(1);
});

test('an answer that is not JSON is an error', async () => {
  const source = 'exports.handler = async () => { const a = {}; a.a = a; return a; };';
  expect(await start(inline(source)).invoke({})).toMatchObject({ kind: 'error', errorType: 'TypeError' });
});

test('a process that exits during an invocation is an error, and the next invocation gets a new one', async () => {
  const host = start();
  expect(await host.invoke(batch({ do: 'exit' }))).toEqual({
    kind: 'error',
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 3$/),
  });
  expect(logs).toEqual([
    { functionName: 'Probe-Function2F', line: expect.stringContaining('exit status 3'), requestId: expect.any(String) },
  ]);
  expect(await host.invoke(batch({ do: 'succeed' }))).toMatchObject({ kind: 'response' });
});

test('an invocation over the time limit is killed', async () => {
  const fn = { ...PROBE, timeoutSeconds: 0.05 };
  const host = start(fn);
  expect(await host.invoke(batch({ do: 'hang' }))).toEqual({
    kind: 'error',
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 0\.05 seconds$/),
  });
  fn.timeoutSeconds = PROBE.timeoutSeconds;
  expect(await host.invoke(batch({ do: 'succeed' }))).toMatchObject({ kind: 'response' });
});

test('an invocation over the memory limit is killed', async () => {
  const host = start();
  expect(await host.invoke(batch({ do: 'fill memory' }))).toMatchObject({
    kind: 'error',
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('signal: aborted'),
  });
  expect(lines().some((line) => line.includes('heap'))).toBe(true);
});

test('kill ends what runs now; idle processes are replaced without an error', async () => {
  const host = start();
  await Promise.all([host.invoke(batch({ do: 'succeed' })), host.invoke(batch({ do: 'succeed' }))]);
  const hanging = host.invoke(batch({ do: 'hang' }));
  expect(host.kill()).toBe(2);
  expect(await hanging).toMatchObject({ kind: 'error', errorMessage: expect.stringContaining('signal: killed') });
  expect(await host.invoke(batch({ do: 'succeed' }))).toMatchObject({ kind: 'response' });
});

test.each<readonly [string, FunctionView, string, string]>([
  ['an error while loading', inline("throw new RangeError('at load')"), 'RangeError', 'at load'],
  [
    'no such export',
    inline('exports.other = 1'),
    'Runtime.HandlerNotFound',
    'index.handler is undefined or not exported',
  ],
  ['no such module', inline('', { handler: 'main.handler' }), 'Runtime.ImportModuleError', "Cannot find module 'main'"],
  ['an exit while loading', inline('process.exit(4)'), 'Runtime.ExitError', 'exit status 4'],
])('%s fails each invocation', async (_, fn, errorType, message) => {
  const host = start(fn);
  const failed = { kind: 'error', errorType, errorMessage: expect.stringContaining(message) };
  expect(await host.invoke({})).toEqual(failed);
  expect(await host.invoke({})).toEqual(failed);
  expect(lines().some((line) => line.includes(message))).toBe(true);
});

test('the function sees the clock of the account', async () => {
  const clock = new SkippingClock();
  clock.schedule(clock.now() + 86_400_000, () => {}, 'tomorrow');
  await clock.advance();
  const host = start(PROBE, clock);
  await host.invoke(batch({ do: 'time' }));
  const { now, date, same } = JSON.parse(lines()[0] ?? '');
  expect(Math.abs(now - Date.now() - 86_400_000)).toBeLessThan(10_000);
  expect(Math.abs(date - now)).toBeLessThan(1_000);
  expect(same).toBe(5);
});

test('only Node.js functions run here, and another version is a warning', () => {
  expect(() => start({ ...PROBE, runtime: 'python3.14' })).toThrow('expected a Node.js runtime, got python3.14');
  start({ ...PROBE, runtime: 'nodejs18.x' });
  expect(lines()).toEqual([expect.stringMatching(/^warning: the template asks for nodejs18\.x; this is Node\.js \d+/)]);
});

test('a stopped host refuses', async () => {
  const host = start();
  await host.stop();
  await expect(host.invoke({})).rejects.toThrow('the local account is stopped');
});
