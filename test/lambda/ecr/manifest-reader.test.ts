import { ECRClient } from '@aws-sdk/client-ecr';
import { EcrRegistry } from '../../../lambda/ecr/ecr-registry';
import { HeavyTurn } from '../../../lambda/ecr/heavy-turn';
import { Pacer } from '../../../lambda/ecr/pacer';
import { ADDRESS } from '../../support/fake-service';
import { ScriptedAws } from '../../support/scripted-aws';

const aws = ScriptedAws.forTests();
let heavyTurn: HeavyTurn;
const registryOf = (signal?: AbortSignal) => {
  const options = { client: new ECRClient(aws.clientOptions), pacer: new Pacer(1_000), address: ADDRESS, heavyTurn };
  return new EcrRegistry(signal ? { ...options, signal } : options);
};
let registry: EcrRegistry;
beforeEach(() => {
  heavyTurn = new HeavyTurn();
  registry = registryOf();
});

const MIB = 1024 * 1024;
/** Of so many bytes, under a tag and a digest that are named alike. */
const image = (name: string, bytes = 1) => ({
  imageId: { imageTag: name, imageDigest: `sha256:${name}` },
  imageManifest: 'x'.repeat(bytes),
});
const answerOf = (...images: object[]) => ({ json: { images } });
const TOO_LARGE = { body: ' '.repeat(16 * MIB + 1) };
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `sha256:${at}`);
const idsAskedFor = () => aws.received.map(({ input }) => (input.imageIds as object[]).length);
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

describe('an answer of more than 16 MiB', () => {
  test('about one image is a refusal that names it', async () => {
    aws.answers = [TOO_LARGE, TOO_LARGE];
    const refusal = (name: string) => ({
      name: 'RegistryRefusal',
      reason: 'too-large',
      detail: `team/app ${name}: the answer has more than 16777216 bytes`,
    });
    await expect(registry.readTags('team/app', ['v1'])).rejects.toMatchObject(refusal('v1'));
    await expect(registry.readManifest('team/app', 'sha256:a')).rejects.toMatchObject(refusal('sha256:a'));
  });

  test('about several tags is asked for again by halves, and no manifest is kept', async () => {
    aws.answers = [TOO_LARGE, answerOf(image('a')), answerOf(image('b'), image('c'))];
    const found = await registry.readTags('team/app', ['a', 'b', 'c']);
    expect([...found]).toEqual(['a', 'b', 'c'].map((tag) => [tag, { digest: `sha256:${tag}`, mediaType: '' }]));
    expect(aws.received.map(({ input }) => input.imageIds)).toEqual(
      [['a', 'b', 'c'], ['a'], ['b', 'c']].map((tags) => tags.map((imageTag) => ({ imageTag }))),
    );
  });

  test('about several digests is asked for again by halves', async () => {
    aws.answers = [TOO_LARGE, answerOf(image('0'), image('1')), answerOf(image('2'), image('3')), answerOf(image('4'))];
    const { manifests, unread } = await registry.readManifests('team/app', numbered(5));
    expect([...manifests.keys()]).toEqual(numbered(5));
    expect(unread).toEqual([]);
    expect(idsAskedFor()).toEqual([5, 2, 2, 1]);
  });

  test('is read up to 16 MiB', async () => {
    const json = JSON.stringify(answerOf(image('a')).json);
    aws.answers = [{ body: json.padEnd(16 * MIB) }];
    expect((await registry.readTags('team/app', ['a'])).size).toBe(1);
  });
});

test('an answer that breaks off is an error, so that the queue tries again', async () => {
  aws.answers = [{ json: {}, breaksOff: true }];
  await expect(registry.readTags('team/app', ['v1'])).rejects.toThrow('aborted');
});

describe('manifests of more than 8 MiB together', () => {
  test('are not all kept of tags', async () => {
    aws.answers = [answerOf(image('a', 4 * MIB), image('b', 4 * MIB), image('c'))];
    const found = await registry.readTags('team/app', ['a', 'b', 'c']);
    expect([...found.values()].map(({ bytes }) => bytes?.length)).toEqual([4 * MIB, 4 * MIB, undefined]);
  });

  test.each([
    [8 * MIB, [100], ['sha256:100']],
    [8 * MIB - 1, [100, 1], []],
  ])('are not all read by digest: after %i bytes', async (bytes, asked, unread) => {
    aws.answers = [answerOf(image('0', bytes)), answerOf(image('100'))];
    expect((await registry.readManifests('team/app', numbered(101))).unread).toEqual(unread);
    expect(idsAskedFor()).toEqual(asked);
  });
});

describe('an answer of more than 256 KiB', () => {
  const LARGE = 256 * 1024;
  const bodyOf = (bytes: number) => ({ body: JSON.stringify(answerOf(image('a')).json).padEnd(bytes) });

  test('waits until no other work holds one', async () => {
    const other = {};
    await heavyTurn.take(other);
    aws.answers = [bodyOf(LARGE), bodyOf(LARGE + 1)];
    expect((await registry.readTags('team/app', ['a'])).size).toBe(1);
    let isRead = false;
    const reading = registry.readTags('team/app', ['a']).then(() => {
      isRead = true;
    });
    await aws.requests(2);
    await settle();
    expect(isRead).toBe(false);
    heavyTurn.end(other);
    await reading;
  });

  test('is held until the work is done', async () => {
    aws.answers = [bodyOf(LARGE + 1)];
    await registry.readTags('team/app', ['a']);
    let isNext = false;
    const next = heavyTurn.take({}).then(() => {
      isNext = true;
    });
    await settle();
    expect(isNext).toBe(false);
    registry.release();
    await next;
  });

  test('is not waited for once the time of the work is over', async () => {
    const abort = new AbortController();
    await heavyTurn.take({});
    aws.answers = [bodyOf(LARGE + 1)];
    const reading = expect(registryOf(abort.signal).readTags('team/app', ['a'])).rejects.toThrow();
    await aws.requests(1);
    await settle();
    abort.abort();
    await reading;
  });
});
