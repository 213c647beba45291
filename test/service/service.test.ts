import { rmSync } from 'node:fs';
import { CompanionFor, CompanionTag, ImagePlatform } from '../../lib';
import { type AccountCall, LocalAccount } from '../../local/account/account';
import { AwsError } from '../../local/aws/error';
import { runDemo } from '../../local/demo/demo';
import { buildxIndex, dockerDesktopImage, dockerImage, helmChart, kanikoImage } from '../../local/images/catalogue';
import { imageOf, indexOf, type Package } from '../../local/images/package';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { DOCKER, OCI } from '../support/manifests';
import { totalMetrics } from '../support/metrics';

const REPOSITORY = 'team/app';

let account: LocalAccount;
let registry: RegistryClient;
let fault: ((call: AccountCall) => void) | undefined;
const assemblies = new Map<string, string>();

/** The service as synthesized with these props; each set of props is synthesized once. */
async function deploy(name = 'default', props: Parameters<typeof synthesize>[0] = {}): Promise<void> {
  if (!assemblies.has(name)) assemblies.set(name, synthesize(props));
  account = await LocalAccount.start({
    assembly: assemblies.get(name) ?? '',
    clock: 'skipping',
    beforeCall: (call) => fault?.(call),
  });
  registry = new RegistryClient(account.endpoint);
}

beforeEach(() => {
  fault = undefined;
});
afterEach(async () => {
  await account.stop();
});
afterAll(() => {
  for (const directory of assemblies.values()) rmSync(directory, { recursive: true });
});

async function push(image: Package, tag = 'v1'): Promise<void> {
  await registry.push(REPOSITORY, tag, image);
  await account.settle();
}

/** ECR calls of the function since the last look. */
function ecrCalls(): string[] {
  const calls = account.calls.filter(({ service }) => service === 'ecr').map(({ operation }) => operation);
  account.calls.length = 0;
  return calls;
}

const outcomes = () =>
  account.bus.events.filter(({ source }) => source === 'ecr-oci-remediation').map(({ detail }) => detail);
const lastOutcome = () => outcomes().at(-1);
const mediaTypeOf = async (tag: string) => (await registry.manifest(REPOSITORY, tag))?.mediaType;
const logLines = () => account.logs.map(({ line }) => JSON.parse(line)).filter((line) => line.level);
const metric = (name: string) =>
  totalMetrics(account.logs.map(({ line }) => line)).find((total) => total.name === name)?.sum ?? 0;

describe('what becomes of a push', () => {
  test('of every kind: the demo of npm start', async () => {
    await deploy();
    const rows = await runDemo(account, () => {});
    expect(rows.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(13);
    expect(account.deadLetters()).toEqual([]);
  });

  test('is one log line, metrics, and one event that relates the two digests', async () => {
    await deploy();
    await push(await dockerDesktopImage());
    const source = await registry.manifest(REPOSITORY, 'v1');
    expect(source?.mediaType).toBe(OCI.manifest);
    expect(outcomes()).toHaveLength(1);
    expect(lastOutcome()).toMatchObject({
      repository: REPOSITORY,
      sourceTag: 'v1',
      sourceDigest: account.ecr.manifest(REPOSITORY, 'v1')?.digest,
      sourceMediaType: OCI.manifest,
      outcome: 'converted',
      companionTag: 'v1-dockerv2',
      companionDigest: account.ecr.manifest(REPOSITORY, 'v1-dockerv2')?.digest,
      companionImageUri: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:v1-dockerv2',
      droppedFields: [],
    });
    expect(logLines()).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'image remediation',
        ...lastOutcome(),
        registryCalls: 4,
        eventId: expect.any(String),
        durationMs: expect.any(Number),
      }),
    ]);
    expect(['OciImagesPushed', 'Converted', 'Skipped', 'RegistryCalls'].map(metric)).toEqual([1, 1, 0, 4]);
    expect(metric('TimeToCompanion')).toBeGreaterThan(0);
  });
});

describe('the ECR calls that it costs', () => {
  test.each<[string, () => Promise<Package>, number]>([
    ['an OCI image, and the lifecycle policy once', dockerDesktopImage, 4],
    ['an index with attestations, and the lifecycle policy once', () => buildxIndex('OCI artifact'), 5],
    ['a Docker image', dockerImage, 1],
    ['an artifact', helmChart, 1],
  ])('%s', async (_, image, calls) => {
    await deploy();
    await push(await image());
    expect(ecrCalls()).toHaveLength(calls);
  });

  test('a companion that is right already: 1, whether the event comes twice or the image is pushed again', async () => {
    await deploy();
    await push(await dockerDesktopImage());
    ecrCalls();
    const [event] = account.bus.events;
    if (!event) throw new Error('no push event');
    account.bus.put(event);
    await account.settle();
    expect(ecrCalls()).toEqual(['BatchGetImage']);
    expect(lastOutcome()).toMatchObject({ outcome: 'unchanged' });
  });

  test('none for the children of an index and for our own companions: the rule lets them go', async () => {
    await deploy();
    await push(await buildxIndex('image manifest'));
    const pushes = account.bus.events.filter((event) => event.source === 'aws.ecr');
    expect(pushes).toHaveLength(6);
    expect(pushes.map((event) => account.bus.matching(event).length)).toEqual([0, 0, 0, 0, 1, 0]);
    expect(pushes.map(({ detail }) => detail['image-tag'])).toEqual(['', '', '', '', 'v1', 'v1-dockerv2']);
    expect(metric('RegistryCalls')).toBe(5);
  });
});

describe('what the deployer chose', () => {
  test('a prefix, two platforms, and a companion for every tag', async () => {
    await deploy('prefix', {
      companionTag: CompanionTag.prefix('dockerv2-'),
      platforms: [ImagePlatform.LINUX_AMD64, ImagePlatform.LINUX_ARM64],
      companionFor: CompanionFor.EVERY_TAG,
    });
    await push(await buildxIndex('image manifest'));
    await push(await dockerImage(), 'v2');
    expect(outcomes().map(({ outcome, companionTag, platform }) => [outcome, companionTag, platform])).toEqual([
      ['converted', 'dockerv2-v1', 'linux/amd64'],
      ['converted', 'dockerv2--arm64-v1', 'linux/arm64'],
      ['aliased', 'dockerv2-v2', undefined],
    ]);
    const architectures = await Promise.all(
      ['dockerv2-v1', 'dockerv2--arm64-v1'].map(async (tag) => {
        const { config } = JSON.parse((await registry.manifest(REPOSITORY, tag))?.text ?? '');
        return JSON.parse((await registry.blob(REPOSITORY, config.digest)).toString()).architecture;
      }),
    );
    expect(architectures).toEqual(['amd64', 'arm64']);
    expect(account.bus.events.filter(({ source, detail }) => source === 'aws.ecr' && detail['image-tag'])).toHaveLength(
      5,
    );
    expect(metric('RegistryCalls')).toBe(6 + 1 + 3);
  });
});

describe('when a source tag is deleted', () => {
  const deleteTag = async (tag: string) => {
    const response = await fetch(`${account.endpoint}/v2/${REPOSITORY}/manifests/${tag}`, { method: 'DELETE' });
    expect(response.status).toBe(202);
    await account.settle();
  };

  test('its companion stays, and the function does not even hear of it', async () => {
    await deploy();
    await push(await dockerDesktopImage());
    ecrCalls();
    await deleteTag('v1');
    expect(ecrCalls()).toEqual([]);
    expect(await mediaTypeOf('v1-dockerv2')).toBe(DOCKER.manifest);
  });

  test('its companion goes too where the deployer wants that', async () => {
    await deploy('deleting', { deleteOrphanedCompanions: true });
    await push(await dockerDesktopImage());
    await push(await dockerImage(), 'v2');
    ecrCalls();
    await deleteTag('v1');
    // The listing says whether the source is only archived, and whether the companion is in use.
    const listed = ['DescribeImages', 'DescribeImages'];
    expect(ecrCalls()).toEqual(['BatchGetImage', ...listed, 'BatchDeleteImage', 'BatchGetImage']);
    expect([...account.ecr.tags(REPOSITORY).keys()]).toEqual(['v2']);
    expect(lastOutcome()).toMatchObject({
      outcome: 'skipped',
      reason: 'source-gone',
      detail: 'the tag no longer exists; its companions were deleted',
    });
    expect(metric('Pushed')).toBe(2);
  });
});

describe('what is not plain', () => {
  test('a child without a platform is known from its config, which is the one layer call there is', async () => {
    await deploy();
    const images = await Promise.all(
      ['arm64', 'amd64'].map(async (architecture) => {
        const { blobs } = await dockerDesktopImage(architecture);
        const layers = blobs.slice(1).map((blob) => ({ ...blob, diffId: 'sha256:0' }));
        return {
          of: imageOf({ mediaType: OCI.manifest, configMediaType: OCI.config, layers, architecture }),
          about: {},
        };
      }),
    );
    await push(indexOf(OCI.index, images));
    expect(lastOutcome()).toMatchObject({ outcome: 'converted', platform: 'linux/amd64' });
    expect(ecrCalls().filter((operation) => operation === 'GetDownloadUrlForLayer')).toHaveLength(2);
  });

  test('a companion that tag immutability keeps is refused with the filter that would cure it', async () => {
    await deploy();
    account.ecr.createRepository(REPOSITORY, {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusionFilters: ['latest'],
    });
    await push(await dockerDesktopImage('first'), 'latest');
    await push(await dockerDesktopImage('second'), 'latest');
    expect(outcomes().map(({ outcome, reason }) => reason ?? outcome)).toEqual(['converted', 'tag-immutable']);
    expect(lastOutcome()?.detail).toContain('*-dockerv2');
    expect(metric('Refused')).toBe(1);
  });

  test('an immutable repository gets its companions', async () => {
    await deploy();
    account.ecr.createRepository(REPOSITORY, { imageTagMutability: 'IMMUTABLE' });
    await push(await dockerDesktopImage());
    expect(await mediaTypeOf('v1-dockerv2')).toBe(DOCKER.manifest);
  });

  test('kaniko leaves the mediaType empty, and the companion says it', async () => {
    await deploy();
    await push(await kanikoImage());
    expect(JSON.parse((await registry.manifest(REPOSITORY, 'v1-dockerv2'))?.text ?? '{}').mediaType).toBe(
      DOCKER.manifest,
    );
  });
});

describe('nothing is lost', () => {
  const throttled = () => {
    throw new AwsError('ThrottlingException', 'Rate exceeded');
  };

  test('a throttled call is tried again on the spot', async () => {
    await deploy();
    let left = 2;
    fault = ({ operation }) => {
      if (operation === 'PutImage' && left-- > 0) throttled();
    };
    await push(await dockerDesktopImage());
    expect(lastOutcome()).toMatchObject({ outcome: 'converted' });
    expect(metric('Failed')).toBe(0);
  });

  test('a message that fails five times is a dead letter with its content, and a redrive repairs the image', async () => {
    await deploy();
    fault = ({ operation }) => {
      if (operation === 'BatchGetImage') throw new AwsError('UnexplainedException', 'because');
    };
    await push(await dockerDesktopImage());
    expect(outcomes()).toEqual([]);
    expect(metric('Failed')).toBe(5);
    expect(logLines().map(({ level, error, detail }) => [level, error, detail])).toEqual(
      Array(5).fill(['ERROR', 'UnexplainedException', expect.stringContaining('because')]),
    );
    expect(account.deadLetters().map(({ body }) => JSON.parse(body).detail['image-tag'])).toEqual(['v1']);

    fault = undefined;
    expect(account.redrive()).toBe(1);
    await account.settle();
    expect(lastOutcome()).toMatchObject({ outcome: 'converted' });
    expect(account.deadLetters()).toEqual([]);
  });

  test('an event that cannot be understood is a dead letter, and holds up nobody', async () => {
    await deploy();
    account.queue('Pushes').send('nonsense');
    await push(await dockerDesktopImage());
    expect(lastOutcome()).toMatchObject({ outcome: 'converted' });
    expect(account.deadLetters().map(({ body }) => body)).toEqual(['nonsense']);
  });

  test('a bus that does not take the outcome does not undo the repair: it is logged and counted', async () => {
    await deploy();
    fault = ({ service }) => {
      if (service === 'events') throw new AwsError('InternalException', 'the bus is down');
    };
    await push(await dockerDesktopImage());
    expect(await mediaTypeOf('v1-dockerv2')).toBe(DOCKER.manifest);
    expect(['Converted', 'OutcomesNotPublished', 'Failed'].map(metric)).toEqual([1, 1, 0]);
    expect(logLines().at(-1)).toMatchObject({
      level: 'ERROR',
      message: 'outcomes not published',
      details: [{ outcome: 'converted' }],
    });
    expect(account.deadLetters()).toEqual([]);
  });
});
