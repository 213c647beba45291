import { Pacer } from '../../lambda/ecr/pacer';
import { AwsService } from '../../lambda/service';
import { CONFIGURATION, REQUEST } from '../support/fake-service';
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

const service = () =>
  new AwsService({
    ...CONFIGURATION,
    eventBusName: 'outcomes',
    putImagesPerSecond: 4,
    auditPutImagesPerSecond: 0.5,
  });
const manifest = {
  bytes: bytesOf(dockerImage()),
  digest: digestOfText(new TextDecoder().decode(bytesOf(dockerImage()))),
  mediaType: DOCKER.manifest,
};

test('outcomes go to the bus that the deployer chose, requests to the default bus', async () => {
  aws.answers = [{ json: { FailedEntryCount: 0, Entries: [{}] } }, { json: { FailedEntryCount: 0, Entries: [{}] } }];
  await service().publish([{ detailType: 'Image Remediation', detail: {} }]);
  await service().request([{ detailType: 'Image Repair Requested', detail: {} }]);
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
    const failed = expect(service().registry(REQUEST, true).isOptedOut('team/app')).rejects.toThrow();
    await attempts(4);
    await failed;
    expect(aws.operations).toEqual(Array(4).fill('ListTagsForResource'));
  });

  test('if it has no answer for eight seconds', async () => {
    aws.answers = Array(4).fill({ isHeldBack: true });
    const failed = expect(service().registry(REQUEST, true).isOptedOut('team/app')).rejects.toMatchObject({
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

test('pushes and audits pace their puts apart, and all registries of one kind share a pace', async () => {
  const turns = jest.spyOn(Pacer.prototype, 'turn').mockResolvedValue();
  const one = service();
  aws.answers = [{}, {}, {}, {}];
  for (const wasPushed of [true, false, true, false])
    await one.registry(REQUEST, wasPushed).putManifest('team/app', 'v1-dockerv2', manifest);
  const [push, audit, push2, audit2] = turns.mock.contexts as Pacer[];
  expect([push === push2, audit === audit2, push === audit]).toEqual([true, true, false]);
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
