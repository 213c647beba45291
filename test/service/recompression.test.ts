import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Size } from 'aws-cdk-lib';
import { LocalAccount, type ReceivedCall } from '../../local/account/account';
import { AwsError } from '../../local/aws/error';
import { digestOf, type Layer, layerOf } from '../../local/images/blob';
import { dockerDesktopImage, dockerImage } from '../../local/images/catalogue';
import { imageOf, type Package } from '../../local/images/package';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { DOCKER, OCI } from '../support/manifests';
import { totalMetrics } from '../support/metrics';

const UPLOADS = ['InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload'];

/** Each test has a repository of its own in an account that it shares with the others. */
let repository = '';
let account: LocalAccount;
let registry: RegistryClient;
let fault: (call: ReceivedCall) => void | Promise<void> = () => {};
const deployed = new Map<string, LocalAccount>();
const assemblies: string[] = [];

async function start(props: Parameters<typeof synthesize>[0]): Promise<LocalAccount> {
  // Not at the pace of audits, which makes each invocation with a put last for two seconds.
  const assembly = synthesize({ recompressLayers: true, auditPutImagesPerSecond: 50, ...props });
  assemblies.push(assembly);
  return LocalAccount.start({ assembly, clock: 'skipping', beforeCall: (call) => fault(call) });
}

async function deploy(name = 'default', props: Parameters<typeof synthesize>[0] = {}): Promise<void> {
  account = deployed.get(name) ?? (await start(props));
  deployed.set(name, account);
  registry = new RegistryClient(account.endpoint);
  for (const list of [account.calls, account.logs, account.bus.events]) list.length = 0;
}

let tests = 0;
beforeEach(() => {
  repository = `team/app-${++tests}`;
  fault = () => {};
});
afterAll(async () => {
  for (const each of deployed.values()) await each.stop();
  for (const directory of assemblies) rmSync(directory, { recursive: true });
});

/** Bytes that gzip makes nothing of, so that the layer has them all. */
const zstdLayer = (name: string, bytes = 1_000): Promise<Layer> =>
  layerOf({ [name]: randomBytes(bytes).toString('base64') }, OCI.zstd, 'zstd');
const gzipLayer = (name: string): Promise<Layer> => layerOf({ [name]: name }, OCI.gzip);

/** As `FROM` a hardened base with zstd layers makes it: the base stays zstd, what was built on it is gzip. */
const mixed = async (base: Layer, app: string): Promise<Package> => imageOf({ layers: [base, await gzipLayer(app)] });

const push = async (image: Package, tag = 'v1') => {
  await registry.push(repository, tag, image);
  await account.settle();
};

const outcomes = (tag = 'v1') =>
  account.bus.events
    .filter(({ source }) => source === 'ecr-oci-remediation')
    .filter(({ detail }) => detail.repository === repository && detail.sourceTag === tag)
    .map(({ detail }) => detail);
/** With `recompressing` first: the second function may be done before the first one has published. */
const named = (tag = 'v1') => {
  const names = outcomes(tag).map(({ outcome, reason }) => reason ?? outcome);
  const isFirst = (name: unknown) => name === 'recompressing';
  return [...names.filter(isFirst), ...names.filter((name) => !isFirst(name))];
};
const operations = () => account.calls.map(({ operation }) => operation);
const count = (...names: string[]) => operations().filter((operation) => names.includes(operation)).length;
const ecrCalls = () => account.calls.filter(({ service }) => service === 'ecr').length;
const metric = (name: string) =>
  totalMetrics(account.logs.map(({ line }) => line)).find((total) => total.name === name)?.sum ?? 0;
const layerFunction = () => account.function('Recompression');
const isOfLayerFunction = ({ session }: ReceivedCall) => session !== undefined && layerFunction().signsWith(session);

interface Manifest {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string; readonly size: number }[];
}
const manifestOf = async (tag: string): Promise<Manifest | undefined> => {
  const found = await registry.manifest(repository, tag);
  return found && JSON.parse(found.text);
};

/** Pulls the companion whole, and holds it against the source's config, which says what is in it. */
async function checkCompanion(tag = 'v1'): Promise<Manifest> {
  const [source, companion] = [await manifestOf(tag), await manifestOf(`${tag}-dockerv2`)];
  if (!source || !companion) throw new Error(`${tag} has no companion`);
  expect([companion.mediaType, companion.config.digest]).toEqual([DOCKER.manifest, source.config.digest]);
  const config = JSON.parse((await registry.blob(repository, source.config.digest)).toString());
  const tars: string[] = [];
  for (const { mediaType, digest, size } of companion.layers) {
    const bytes = await registry.blob(repository, digest);
    expect([mediaType, bytes.length]).toEqual([DOCKER.gzip, size]);
    tars.push(digestOf(gunzipSync(bytes)));
  }
  expect(tars).toEqual(config.rootfs.diff_ids);
  return companion;
}

describe('an image with a zstd layer', () => {
  test('is recompressing, then converted; the source and the gzip layer stay as they are', async () => {
    await deploy();
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(named()).toEqual(['recompressing', 'converted']);
    expect(outcomes()[1]).toMatchObject({
      companionTag: 'v1-dockerv2',
      recompressed: { layers: 1, bytes: expect.any(Number), seconds: expect.any(Number) },
    });
    const companion = await checkCompanion();
    const source = await manifestOf('v1');
    expect(source?.mediaType).toBe(OCI.manifest);
    expect(companion.layers[1]?.digest).toBe(source?.layers[1]?.digest);
    expect(account.deadLetters()).toEqual([]);
    expect(['OciImagesPushed', 'Recompressing', 'Recompressed', 'Converted', 'Refused'].map(metric)).toEqual([
      1, 1, 1, 1, 0,
    ]);
    expect(metric('RecompressedBytes')).toBe(source?.layers[0]?.size);
  });

  test('costs these calls', async () => {
    await deploy();
    const calls: string[] = [];
    fault = (call) => {
      if (call.service === 'ecr') calls.push(`${isOfLayerFunction(call) ? 'layers' : 'service'} ${call.operation}`);
    };
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(calls).toEqual([
      'service BatchGetImage',
      ...[
        'BatchGetImage',
        'ListTagsForResource',
        // The config, and whether a companion has the layer.
        'GetDownloadUrlForLayer',
        'DescribeImages',
        'InitiateLayerUpload',
        'GetDownloadUrlForLayer',
        'UploadLayerPart',
        'CompleteLayerUpload',
        'PutImage',
        'BatchGetImage',
        'GetLifecyclePolicy',
      ].map((operation) => `layers ${operation}`),
    ]);
  });

  test('is asked for once more by a second event, and found right in one call', async () => {
    await deploy();
    await push(await mixed(await zstdLayer('base'), 'app'));
    account.calls.length = 0;
    const request = account.bus.events.find((event) => event['detail-type'] === 'Image Recompression Requested');
    if (!request) throw new Error('nothing was requested');
    account.bus.put(request);
    await account.settle();
    expect(operations().filter((operation) => operation !== 'PutEvents')).toEqual(['BatchGetImage']);
    await push(await mixed(await zstdLayer('other'), 'app'), 'v2');
    account.calls.length = 0;
    const pushEvent = account.bus.events.find(({ source }) => source === 'aws.ecr');
    if (pushEvent) account.bus.put(pushEvent);
    await account.settle();
    expect(named()).toEqual(['recompressing', 'converted', 'unchanged', 'unchanged']);
  });

  test('a plain push does not wait for it', async () => {
    await deploy();
    const [held, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    fault = ({ operation }) => {
      if (operation !== 'UploadLayerPart') return undefined;
      held.resolve();
      return release.promise;
    };
    await registry.push(repository, 'v1', await mixed(await zstdLayer('base'), 'app'));
    await held.promise;
    await registry.push(repository, 'plain', await dockerDesktopImage());
    while (named('plain').length === 0 || named().length === 0) await new Promise(setImmediate);
    expect(named('plain')).toEqual(['converted']);
    expect(named()).toEqual(['recompressing']);
    release.resolve();
    await account.settle();
    await checkCompanion();
  });

  test('a large layer goes up in parts, from where it is being made', async () => {
    await deploy();
    await push(await mixed(await zstdLayer('large', 11 * 1024 * 1024), 'app'));
    expect(named()).toEqual(['recompressing', 'converted']);
    expect(count('UploadLayerPart')).toBe(2);
    await checkCompanion();
  });
});

describe('a second image on the same base', () => {
  test('uploads nothing, also after a cold start', async () => {
    await deploy();
    const base = await zstdLayer('base', 100_000);
    await push(await mixed(base, 'one'), 'v1');
    const first = await checkCompanion('v1');
    layerFunction().kill();
    account.calls.length = 0;
    await push(await mixed(base, 'two'), 'v2');
    expect(named('v2')).toEqual(['recompressing', 'converted']);
    expect(outcomes('v2')[1]).toMatchObject({ recompressed: { layers: 0, bytes: 0 } });
    // The service's own read is one of these calls.
    expect(ecrCalls()).toBe(1 + 11);
    expect(count(...UPLOADS)).toBe(0);
    expect((await checkCompanion('v2')).layers[0]).toEqual(first.layers[0]);
  });

  test('reads nothing either while the function is warm', async () => {
    await deploy();
    const base = await zstdLayer('base');
    await push(await mixed(base, 'one'), 'v1');
    account.calls.length = 0;
    await push(await mixed(base, 'two'), 'v2');
    expect(ecrCalls()).toBe(1 + 6);
    // The config of the image.
    expect([count('GetDownloadUrlForLayer'), count('BatchCheckLayerAvailability'), count(...UPLOADS)]).toEqual([
      1, 1, 0,
    ]);
    await checkCompanion('v2');
  });
});

describe('whatever happens, the companion is right in the end', () => {
  /** Calls of the function that recompresses, in one ordinary run. */
  const CALLS = 11;

  test.each(Array.from({ length: CALLS + 1 }, (_, at) => at))('killed at call %i', async (at) => {
    await deploy();
    let calls = 0;
    let killed = 0;
    fault = (call) => {
      if (!isOfLayerFunction(call) || killed > 0) return;
      if (calls === at) killed += layerFunction().kill(call.session);
      calls += 1;
    };
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(killed).toBe(1);
    expect(await checkCompanion()).toBeDefined();
    expect(account.deadLetters()).toEqual([]);
    expect(['converted', 'unchanged']).toContain(named().at(-1));
  });

  test('throttled at every third call', async () => {
    await deploy();
    let calls = 0;
    fault = (call) => {
      calls += 1;
      if (call.service === 'ecr' && calls % 3 === 0) throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(named()).toEqual(['recompressing', 'converted']);
    await checkCompanion();
  });

  test('requested twice at the same time', async () => {
    await deploy();
    const both = Promise.withResolvers<void>();
    let begun = 0;
    fault = ({ operation }) => {
      if (operation !== 'InitiateLayerUpload') return;
      begun += 1;
      if (begun === 2) both.resolve();
      return both.promise;
    };
    await registry.push(repository, 'v1', await mixed(await zstdLayer('base'), 'app'));
    while (begun < 1) await new Promise(setImmediate);
    const request = account.bus.events.find((event) => event['detail-type'] === 'Image Recompression Requested');
    if (request) account.bus.put(request);
    await account.settle();
    expect(begun).toBe(2);
    // Both made the same bytes, so it doesn't matter whose put was first.
    expect(named()[0]).toBe('recompressing');
    expect(named().slice(1)).toHaveLength(2);
    for (const outcome of named().slice(1)) expect(['converted', 'unchanged']).toContain(outcome);
    await checkCompanion();
    expect(account.deadLetters()).toEqual([]);
  });

  test.each<readonly [string, () => Promise<Package>]>([
    ['moves to another zstd image', async () => mixed(await zstdLayer('new'), 'new')],
    ['moves to a gzip image', () => dockerDesktopImage('new')],
    ['becomes Docker', () => dockerImage('new')],
  ])('while it runs, the source %s', async (_, next) => {
    await deploy();
    const image = await next();
    let hasMoved = false;
    fault = async ({ operation }) => {
      if (operation !== 'UploadLayerPart' || hasMoved) return;
      hasMoved = true;
      await registry.push(repository, 'v1', image);
    };
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(hasMoved).toBe(true);
    expect((await manifestOf('v1'))?.config.digest).toBe(JSON.parse(image.top.text).config.digest);
    await checkCompanion();
    expect(account.deadLetters()).toEqual([]);
  });

  test('the source disappears while it runs, and its companion with it, if that is chosen', async () => {
    await deploy('deleting', { deleteOrphanedCompanions: true });
    fault = async ({ operation }) => {
      if (operation === 'UploadLayerPart')
        await fetch(`${account.endpoint}/v2/${repository}/manifests/v1`, { method: 'DELETE' });
    };
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect([...account.ecr.tags(repository).keys()]).toEqual([]);
    expect(named().at(-1)).toBe('source-gone');
    expect(account.deadLetters()).toEqual([]);
  });
});

describe('is refused in one attempt, with nothing put', () => {
  test('a layer that is larger than the limit, once that shows', async () => {
    await deploy('small', { maxRecompressedLayerSize: Size.kibibytes(100) });
    const bomb = await layerOf({ zeros: '0'.repeat(200_000) }, OCI.zstd, 'zstd');
    await push(await mixed(bomb, 'app'));
    expect(named()).toEqual(['recompressing', 'layer-too-large']);
    expect(outcomes()[1]?.detail).toContain('102400');
    await push(await mixed(await zstdLayer('large', 200_000), 'app'), 'v2');
    // Its size says so, so nothing is requested.
    expect(named('v2')).toEqual(['layer-too-large']);
    expect([...account.ecr.tags(repository).keys()]).toEqual(['v1', 'v2']);
    expect([account.deadLetters().length, metric('Refused'), metric('Failed')]).toEqual([0, 2, 0]);
  });

  test('a layer that is not what the config says', async () => {
    await deploy();
    const base = await zstdLayer('base');
    await push(await mixed({ ...base, diffId: (await zstdLayer('other')).diffId }, 'app'));
    expect(named()).toEqual(['recompressing', 'layer-content-mismatch']);
    expect(count('CompleteLayerUpload', 'PutImage')).toBe(0);
  });

  test('a layer that is cut short', async () => {
    await deploy();
    const base = await zstdLayer('base', 100_000);
    await push(await mixed({ ...base, bytes: base.bytes.subarray(0, 50_000) }, 'app'));
    expect(named()).toEqual(['recompressing', 'layer-corrupt']);
  });

  test('an image that cannot be Docker even so, without a request', async () => {
    await deploy();
    const encrypted = { ...(await gzipLayer('secret')), mediaType: `${OCI.gzip}+encrypted` };
    await push(imageOf({ layers: [await zstdLayer('base'), encrypted] }));
    expect(named()).toEqual(['encrypted-layer']);
  });

  test('a repository that opted out: no layer is read', async () => {
    await deploy();
    account.ecr.createRepository(repository);
    account.ecr.tagResource(repository, { 'ecr-oci-remediation': 'disabled' });
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(named()).toEqual(['recompressing', 'opted-out']);
    expect(count('GetDownloadUrlForLayer', ...UPLOADS)).toBe(0);
  });

  test('a key that ECR cannot use', async () => {
    await deploy();
    fault = ({ operation }) => {
      if (operation === 'InitiateLayerUpload') throw new AwsError('KmsException', 'the key is disabled');
    };
    await push(await mixed(await zstdLayer('base'), 'app'));
    expect(named()).toEqual(['recompressing', 'kms-key']);
    expect(account.deadLetters()).toEqual([]);
  });
});

test('an audit requests the recompression of what was there before', async () => {
  // Alone, because an audit is of all repositories.
  await deploy('audited');
  fault = ({ service }) => {
    if (service === 'events') throw new AwsError('InternalException', 'the bus is down');
  };
  await push(await mixed(await zstdLayer('base'), 'app'));
  expect(account.deadLetters()).toHaveLength(1);
  fault = () => {};
  account.bus.fire('AuditSchedule');
  await account.settle();
  expect(named()).toEqual(['recompressing', 'converted']);
  await checkCompanion();
  account.calls.length = 0;
  account.bus.fire('AuditSchedule');
  await account.settle();
  expect(count('PutImage', ...UPLOADS)).toBe(0);
});

test('without recompressLayers such an image is refused, and a request moves nobody', async () => {
  await deploy('off', { recompressLayers: false });
  await push(await mixed(await zstdLayer('base'), 'app'));
  expect(named()).toEqual(['zstd-layer']);
  account.bus.put({
    ...(account.bus.events[0] as (typeof account.bus.events)[number]),
    source: 'ecr-oci-remediation',
    'detail-type': 'Image Recompression Requested',
    detail: { repository: repository, tag: 'v1' },
  });
  await account.settle();
  expect(named()).toEqual(['zstd-layer']);
});
