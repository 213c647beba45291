import { Pacer } from '../../lambda/ecr/pacer';
import { AwsEnvironment, type Invocation } from '../../lambda/service';
import { CONFIGURATION } from '../support/fake-service';
import { bytesOf, DOCKER, digestOfText, dockerImage } from '../support/manifests';
import { ScriptedAws } from '../support/scripted-aws';

const aws = ScriptedAws.forTests();
const environment = { ...process.env };

beforeAll(() => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: 'eu-north-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
});
afterAll(() => {
  process.env = environment;
});

const NEVER = new AbortController().signal;
const invocationOf = () =>
  new AwsEnvironment({
    ...CONFIGURATION,
    eventBusName: 'outcomes',
    putImagesPerSecond: 4,
    auditPutImagesPerSecond: 0.5,
  }).invocation();
const manifest = {
  bytes: bytesOf(dockerImage()),
  digest: digestOfText(new TextDecoder().decode(bytesOf(dockerImage()))),
  mediaType: DOCKER.manifest,
};
const put = (invocation: Invocation, wasPushed: boolean) =>
  invocation.run(wasPushed, NEVER, ({ registry }) => registry.putManifest('team/app', 'v1-dockerv2', manifest));
const isOptedOut = (signal = NEVER) =>
  invocationOf().run(true, signal, ({ registry }) => registry.isOptedOut('team/app'));

test('outcomes go to the bus that the deployer chose, requests to the default bus', async () => {
  aws.answers = [{ json: { FailedEntryCount: 0, Entries: [{}] } }, { json: { FailedEntryCount: 0, Entries: [{}] } }];
  await invocationOf().run(true, NEVER, async (service) => {
    await service.publish([{ detailType: 'Image Remediation', detail: {} }]);
    await service.request([{ detailType: 'Image Repair Requested', detail: {} }]);
  });
  expect(aws.received.map(({ input }) => input.Entries)).toMatchObject([
    [{ EventBusName: 'outcomes', DetailType: 'Image Remediation' }],
    [{ EventBusName: 'default', DetailType: 'Image Repair Requested' }],
  ]);
});

describe('a call is tried four times', () => {
  let backoff: jest.SpyInstance;
  beforeEach(() => {
    // The SDK waits for a random part of a time that doubles with each attempt.
    backoff = jest.spyOn(Math, 'random').mockReturnValue(0);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  });
  afterEach(() => {
    backoff.mockRestore();
    jest.useRealTimers();
  });

  async function attempts(count: number): Promise<void> {
    while (aws.received.length < count) {
      await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(0);
    }
  }

  test('if it fails', async () => {
    const failed = expect(isOptedOut()).rejects.toThrow();
    await attempts(4);
    await failed;
    expect(aws.operations).toEqual(Array(4).fill('ListTagsForResource'));
  });

  test('if it has no answer for eight seconds', async () => {
    aws.answers = Array(4).fill({ hangs: true });
    const failed = expect(isOptedOut()).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    for (const count of [1, 2, 3, 4]) {
      await attempts(count);
      // Eight seconds, and one for the next attempt to begin.
      await jest.advanceTimersByTimeAsync(9_000);
    }
    await failed;
    expect(aws.operations).toEqual(Array(4).fill('ListTagsForResource'));
  });
});

test('the signal ends the calls of its work', async () => {
  const abort = new AbortController();
  aws.answers = [{ hangs: true }];
  const failed = expect(isOptedOut(abort.signal)).rejects.toThrow(
    'ListTagsForResource of team/app was not done in time',
  );
  await aws.requests(1);
  abort.abort();
  await failed;
});

describe('pace', () => {
  let turns: jest.SpyInstance;
  beforeEach(() => {
    turns = jest.spyOn(Pacer.prototype, 'turn').mockResolvedValue();
  });
  afterEach(() => turns.mockRestore());

  test('is shared by the work of one invocation, apart for pushes and audits', async () => {
    aws.answers = [{}, {}, {}, {}, {}];
    const invocation = invocationOf();
    for (const wasPushed of [true, false, true, false]) await put(invocation, wasPushed);
    await put(invocationOf(), true);
    const [push, audit, push2, audit2, other] = turns.mock.contexts as Pacer[];
    expect([push === push2, audit === audit2, push === audit, push === other]).toEqual([true, true, false, false]);
    turns.mockRestore();

    jest.useFakeTimers();
    const began = Date.now();
    const paceOf = async (pacer: Pacer | undefined) => {
      await pacer?.turn();
      const second = pacer?.turn().then(() => Date.now() - began);
      await jest.runAllTimersAsync();
      return second;
    };
    expect(await paceOf(push)).toBe(250);
    expect(await paceOf(audit)).toBe(250 + 2_000);
    jest.useRealTimers();
  });

  test('is kept by the next invocation: this one rests until the intervals of its puts are over', async () => {
    turns.mockRestore();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    for (const [wasPushed, interval] of [
      [true, 250],
      [false, 2_000],
    ] as const) {
      aws.answers = [{}];
      const invocation = invocationOf();
      await put(invocation, wasPushed);
      let isRested = false;
      const rest = invocation.rest().then(() => {
        isRested = true;
      });
      await jest.advanceTimersByTimeAsync(interval - 1);
      expect(isRested).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await rest;
    }
    jest.useRealTimers();
  });

  test('counts each attempt of a put, also those of the SDK', async () => {
    aws.answers = [{ status: 500 }, {}];
    await put(invocationOf(), true);
    expect(aws.operations).toEqual(['PutImage', 'PutImage']);
    expect(turns).toHaveBeenCalledTimes(2);
  });
});

test('the work of one message at a time has large answers', async () => {
  const invocation = invocationOf();
  const large = { images: [{ imageId: { imageDigest: 'sha256:aa' }, imageManifest: 'x'.repeat(300_000) }] };
  aws.answers = [{ json: large }, { json: large }];
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const read = (name: string, until: Promise<void>) =>
    invocation.run(true, NEVER, async ({ registry }) => {
      await registry.readManifest('team/app', 'sha256:aa');
      events.push(`${name} has it`);
      await until;
      events.push(`${name} is done`);
    });
  const one = read('one', first.promise);
  await aws.requests(1);
  while (events.length === 0) await new Promise(setImmediate);
  const two = read('two', Promise.resolve());
  await aws.requests(2);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  expect(events).toEqual(['one has it']);
  first.resolve();
  await Promise.all([one, two]);
  expect(events).toEqual(['one has it', 'one is done', 'two has it', 'two is done']);
});

test('resource tags that one invocation read are known to the next of the same environment, and to no other', async () => {
  const read = (invocation: Invocation) =>
    invocation.run(true, NEVER, ({ registry }) => registry.readResourceTags('team/app'));
  aws.answers = [{ json: { tags: [{ Key: 'a', Value: 'b' }] } }, {}];
  const shared = new AwsEnvironment(CONFIGURATION);
  expect(await read(shared.invocation())).toEqual(new Map([['a', 'b']]));
  expect(await read(shared.invocation())).toEqual(new Map([['a', 'b']]));
  expect(await read(invocationOf())).toEqual(new Map());
  expect(aws.operations).toHaveLength(2);
});
