import { rmSync } from 'node:fs';
import { LocalAccount } from '../../../local/account/account';
import { DOCKER_MANIFEST } from '../../../local/ecr/media-types';
import { digestOf } from '../../../local/images/blob';
import { dockerImage } from '../../../local/images/catalogue';
import { synthesize } from '../../support/assembly';
import { ALL_FAULTS, Chaos } from './chaos';
import { type Companion, companionFor, textOf } from './companion';
import { functionsOf } from './function-calls';
import { kinds } from './kinds';
import { planOf } from './plan';
import { summaryOf } from './summary';
import { variantOf } from './variant';

const IMAGES = 60;

let assembly: string;
beforeAll(() => {
  assembly = synthesize({ maxConcurrency: 6, recompressLayers: true });
});
afterAll(() => {
  rmSync(assembly, { recursive: true });
});

describe(`${IMAGES} images, every fault twice as often as npm run chaos has them`, () => {
  let chaos: Chaos;
  beforeAll(async () => {
    chaos = await Chaos.start({ assembly, seed: 1, images: IMAGES, faults: new Set(ALL_FAULTS), intensity: 2 });
  });
  afterAll(() => chaos.stop());

  test('in the end every companion is right, nobody else was touched, and nothing is lost', async () => {
    const verdict = await chaos.run();
    expect(verdict).toEqual({ wrong: [], lost: [] });
    const summary = summaryOf(chaos, verdict);
    const happened = [
      ...ALL_FAULTS.map((kind) => `fault: ${kind}`),
      ...['processes killed', 'redeliveries', 'deletions', 'recompressed companions', 'layers uploaded'],
    ];
    expect(happened.filter((name) => !summary[name])).toEqual([]);
    expect(summary['dead letters']).toBe(chaos.deadLetters.length);
  }, 180_000);

  const tagOf = (kind: Companion['kind']) => {
    const found = [...chaos.ledger.tags].find(
      ({ now, tag }) => now?.companion?.kind === kind && now.demanded.companion !== 'follows' && !tag.endsWith('-soci'),
    );
    const { repository = '', tag = '', now } = found ?? {};
    const manifest = chaos.account.ecr.manifest(repository, `${tag}-dockerv2`);
    if (!manifest) throw new Error(`the run left no companion of ${repository}:${tag}`);
    const name = `${tag}-dockerv2`;
    return { repository, tag, name, manifest, expected: textOf(now?.companion) };
  };

  test('what is wrong would have been found: another companion, and a foreign tag', async () => {
    const { ecr } = chaos.account;
    const { repository, tag, name, manifest, expected } = tagOf('manifest');
    const bytes = Buffer.from(`${manifest.bytes} `);
    ecr.store(repository, { bytes, mediaType: DOCKER_MANIFEST, tag: name });
    ecr.store(repository, { bytes, mediaType: DOCKER_MANIFEST, tag: 'intruder' });
    const { wrong } = await chaos.judge();
    expect(wrong).toEqual([
      `the companion of ${repository}:${tag} is ${digestOf(bytes)}, it must be ${expected}`,
      `nobody pushed ${repository}:intruder`,
      `${digestOf(bytes)} in ${repository} is a companion of no image`,
    ]);
    ecr.store(repository, { bytes: manifest.bytes, mediaType: DOCKER_MANIFEST, tag: name });
  });

  test('what is wrong with a recompressed companion would have been found: the layers in another order', async () => {
    const { ecr } = chaos.account;
    const { repository, tag, name, manifest, expected } = tagOf('recompressed');
    const text = JSON.parse(manifest.bytes.toString());
    const bytes = Buffer.from(JSON.stringify({ ...text, layers: text.layers.toReversed() }));
    ecr.store(repository, { bytes, mediaType: DOCKER_MANIFEST, tag: name });
    const { wrong } = await chaos.judge();
    expect(wrong).toContain(`the companion of ${repository}:${tag} is ${digestOf(bytes)}, it must be ${expected}`);
    expect(wrong).toContain(`${digestOf(bytes)} in ${repository} is a companion of no image`);
  });

  test('calls that a function has no reason for would have been found', async () => {
    const { account, calls } = chaos;
    const hosts = functionsOf(account);
    const last = (by: keyof typeof hosts, operation: string) => {
      const call = calls.all.findLast(
        (one) => one.by === by && one.operation === operation && hosts[by].signsWith(one.session ?? ''),
      );
      if (!call) throw new Error(`no process of the ${by} function that is still there called ${operation}`);
      return call;
    };
    const read = last('service', 'BatchGetImage');
    calls.record(account, { ...read, operation: 'InitiateLayerUpload' });
    const upload = last('layers', 'CompleteLayerUpload');
    // More often than any faults explain.
    for (let again = 0; again < 100; again += 1) calls.record(account, upload);
    const { wrong } = await chaos.judge();
    expect(wrong).toContain(`the service function called InitiateLayerUpload for ${read.repository}`);
    expect(wrong.at(-1)).toContain(`one process uploaded ${upload.layer} to ${upload.repository}`);
  });

  test('what is lost would have been found: a log without outcomes', async () => {
    const { account } = chaos;
    const [first] = account.logs.splice(0).filter(({ line }) => line.includes('"outcome":"converted"'));
    if (first) account.logs.push(first);
    const { lost } = await chaos.judge();
    expect(lost.length).toBeGreaterThan(IMAGES / 2);
    expect(lost[0]).toContain('ended in no outcome');
  });
});

test('events that never arrive are found wrong and lost', async () => {
  const chaos = await Chaos.start({ assembly, seed: 1, images: 30, faults: new Set() });
  chaos.account.bus.deliver = () => [];
  const { wrong, lost } = await chaos.run();
  await chaos.stop();
  expect(wrong.filter((problem) => problem.includes('is missing')).length).toBeGreaterThan(3);
  expect(lost.length).toBeGreaterThan(20);
});

test('the quota of PutImage is one for pushes and for the JSON API', async () => {
  const account = await LocalAccount.start({ assembly, putImagesPerSecond: 2, clock: 'skipping' });
  const { text, mediaType } = (await dockerImage()).top;
  account.ecr.store('team/app', { bytes: Buffer.from(text), mediaType });
  const push = (tag: string) =>
    fetch(`${account.endpoint}/v2/team/app/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: text,
    });
  const answers = [await push('a'), await push('b'), await push('c')];
  const json = await fetch(account.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage' },
    body: JSON.stringify({ repositoryName: 'team/app', imageManifest: text, imageTag: 'd' }),
  });
  await account.stop();
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
  expect(await answers[2]?.json()).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] });
  expect([json.status, await json.json()]).toEqual([400, { __type: 'ThrottlingException', message: 'Rate exceeded' }]);
});

test('a seed is a plan', async () => {
  const all = await kinds();
  const plan = JSON.stringify(planOf(1, 100, all));
  expect(JSON.stringify(planOf(1, 100, all))).toBe(plan);
  expect(JSON.stringify(planOf(2, 100, all))).not.toBe(plan);
});

test('builds of one kind differ in their companions and share their layers', async () => {
  for (const { base, demanded } of await kinds()) {
    const [one, two] = [variantOf(base, 1), variantOf(base, 2)];
    const layers = ({ blobs }: typeof base) =>
      blobs.filter(({ mediaType }) => /tar/.test(mediaType)).map(({ bytes }) => digestOf(bytes));
    expect(layers(one)).toEqual(layers(base));
    for (const { children, top } of [one, two]) {
      for (const child of children) expect(top.text).toContain(digestOf(child.text));
    }
    if (demanded.companion === 'left') continue;
    expect(companionFor(one, demanded)).not.toEqual(companionFor(two, demanded));
  }
});
