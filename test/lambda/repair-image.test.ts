import { digestOf } from '../../lambda/core/manifest/digest';
import { repairImage } from '../../lambda/repair-image';
import { CONFIGURATION, captureLines, FakeService, FakeServiceRegistry, REQUEST } from '../support/fake-service';
import { keepNewest, policyOf } from '../support/lifecycle-images';
import { DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../support/policy';

const lines = captureLines();
const image = { repository: 'team/app', tag: 'v1' };
const work = { kind: 'repair', request: REQUEST, image, isUrgent: true } as const;
const push = (pushedAt = Date.now() - 1_500) => [pushedAt] as const;
const asked: readonly number[] = [];

let service: FakeService;
beforeEach(() => {
  service = new FakeService();
});

/** The metrics of the function alone, and those with a second dimension. */
const values = () => {
  const [main, ...further] = lines.metrics();
  const { _aws, FunctionName, ...counted } = main ?? {};
  return { counted, further: further.map(({ _aws, FunctionName, ...rest }) => rest) };
};

test('a pushed OCI image: its outcome is logged, counted and published', async () => {
  const source = service.registry.push(ociImage(), OCI.manifest, 'v1');
  await repairImage(service, work, push());
  const companionDigest = service.registry.tags.get('v1-dockerv2');
  const detail = {
    repository: 'team/app',
    sourceTag: 'v1',
    sourceDigest: source.digest,
    sourceMediaType: OCI.manifest,
    outcome: 'converted',
    companionTag: 'v1-dockerv2',
    companionDigest,
    companionImageUri: '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:v1-dockerv2',
    companionImageUriByDigest: `123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app@${companionDigest}`,
    droppedFields: [],
    droppedFieldCount: 0,
  };
  expect(service.published).toEqual([{ detailType: 'Image Remediation', detail }]);
  expect(lines.logs()).toMatchObject([
    { level: 'INFO', message: 'image remediation', eventId: 'event-1', ...detail, registryCalls: 4 },
  ]);
  expect(lines.logs()[0]).not.toHaveProperty('mergedEventIds');
  expect(lines.logs()[0]?.durationMs).toBeGreaterThanOrEqual(0);
  expect(lines.logs()[0]?.durationMs).toBeLessThan(60_000);
  const { counted, further } = values();
  expect(counted).toEqual({
    Pushed: 1,
    OciImagesPushed: 1,
    TimeToCompanion: expect.any(Number),
    Converted: 1,
    Aliased: 0,
    Unchanged: 0,
    Skipped: 0,
    Refused: 0,
    RegistryCalls: 4,
  });
  expect(counted.TimeToCompanion).toBeGreaterThanOrEqual(1_500);
  expect(counted.TimeToCompanion).toBeLessThan(60_000);
  expect(further).toEqual([{ MediaType: OCI.manifest, Pushed: 1 }]);
});

test('a clock that lags behind ECR makes no negative time', async () => {
  service.registry.push(ociImage(), OCI.manifest, 'v1');
  await repairImage(service, work, push(Date.now() + 60_000));
  expect(values().counted.TimeToCompanion).toBe(0);
});

test('several pushes of one tag are one repair, and count one by one from the first', async () => {
  service.registry.push(ociImage(), OCI.manifest, 'v1');
  await repairImage(service, work, [Date.now() - 100, Date.now() - 90_000, Date.now() - 200]);
  const { counted, further } = values();
  expect(counted).toMatchObject({ Pushed: 3, OciImagesPushed: 3, Converted: 1, RegistryCalls: 4 });
  expect(counted.TimeToCompanion).toBeGreaterThanOrEqual(90_000);
  expect(further).toEqual([{ MediaType: OCI.manifest, Pushed: 3 }]);
});

test('a registry that names no media type leaves no empty dimension', async () => {
  service.registry.push(ociImage(), '', 'v1');
  await repairImage(service, work, push());
  expect(values().further).toMatchObject([{ MediaType: 'none' }]);
});

test('a requested repair counts no push, and no time to its companion', async () => {
  service.registry.push(ociImage(), OCI.manifest, 'v1');
  await repairImage(service, work, asked);
  const { counted, further } = values();
  expect(Object.keys(counted)).toEqual(['Converted', 'Aliased', 'Unchanged', 'Skipped', 'Refused', 'RegistryCalls']);
  expect(further).toEqual([]);
});

test('a companion that is current already counts a push, and no time to it', async () => {
  service.registry.push(ociImage(), OCI.manifest, 'v1');
  await repairImage(service, work, asked);
  await repairImage(service, work, push());
  const { _aws, ...second } = lines.metrics()[1] ?? {};
  expect(second).toMatchObject({ Unchanged: 1, Pushed: 1, OciImagesPushed: 1, RegistryCalls: 1 + 4 });
  expect(second).not.toHaveProperty('TimeToCompanion');
});

test('an alias counts as the companion of a push', async () => {
  service.registry.push(ociImage('old'), OCI.manifest, 'v1');
  await repairImage(service, work, asked);
  service.registry.push(dockerImage('new'), DOCKER.manifest, 'v1');
  await repairImage(service, work, push());
  expect(lines.metrics()[1]).toMatchObject({ Aliased: 1, OciImagesPushed: 0, TimeToCompanion: expect.any(Number) });
});

test('a refused image is a warning with its reason, counted by it', async () => {
  service.registry.push(ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'v1');
  await repairImage(service, work, push());
  expect(lines.logs()).toMatchObject([{ level: 'WARN', outcome: 'refused', reason: 'zstd-layer' }]);
  const { counted, further } = values();
  expect(counted).toMatchObject({ Refused: 1, Converted: 0, OciImagesPushed: 1 });
  expect(counted).not.toHaveProperty('TimeToCompanion');
  expect(further).toEqual([
    { MediaType: OCI.manifest, Pushed: 1 },
    { Reason: 'zstd-layer', Refused: 1 },
  ]);
});

test('what an audit found is refused without the count of the alarm, because the next audits find it too', async () => {
  service.registry.push(ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'v1');
  await repairImage(service, { ...work, isAuditFinding: true }, asked);
  expect(service.published).toMatchObject([{ detail: { outcome: 'refused', reason: 'zstd-layer' } }]);
  const { counted, further } = values();
  expect(counted).toMatchObject({ Refused: 0 });
  expect(further).toEqual([{ Reason: 'zstd-layer', Refused: 1 }]);
});

test('an artifact is pushed, but no OCI image is', async () => {
  service.registry.push(ociImage('chart', { artifactType: 'a/b' }), OCI.manifest, 'v1');
  await repairImage(service, work, push());
  expect(lines.logs()).toMatchObject([{ level: 'INFO', outcome: 'skipped', reason: 'artifact' }]);
  expect(values().counted).toMatchObject({ Pushed: 1, OciImagesPushed: 0, Skipped: 1 });
});

test('a push that was never read has no media type', async () => {
  await repairImage(service, work, push());
  expect(values()).toMatchObject({
    counted: { Pushed: 1, OciImagesPushed: 0, Skipped: 1 },
    further: [{ MediaType: 'none', Pushed: 1 }],
  });
});

describe('an index and two platforms', () => {
  const pushIndexAgain = (...names: readonly (readonly [name: string, architecture: string])[]) => {
    const children = names.map(([name, architecture]) => {
      const { digest, bytes } = service.registry.push(ociImage(name), OCI.manifest);
      return { mediaType: OCI.manifest, digest, size: bytes.length, ...platform(architecture) };
    });
    service.registry.push(index(children), OCI.index, 'v1');
  };
  const pushIndexOf = (...architectures: string[]) => {
    const configuration = { ...CONFIGURATION, policy: { ...DEFAULT_POLICY, platforms: [AMD64, ARM64] as const } };
    service = new FakeService(new FakeServiceRegistry(), configuration);
    pushIndexAgain(...architectures.map((name) => [name, name] as const));
  };

  test('make two outcomes of one push', async () => {
    pushIndexOf('amd64', 'arm64');
    await repairImage(service, work, push());
    expect(lines.logs().map(({ companionTag }) => companionTag)).toEqual(['v1-dockerv2', 'v1-dockerv2-arm64']);
    expect(service.published).toHaveLength(2);
    expect(values()).toMatchObject({
      counted: { Pushed: 1, OciImagesPushed: 1, Converted: 2 },
      further: [{ Pushed: 1 }],
    });
  });

  test('are a pushed OCI image, though it is skipped for a platform that it does not have', async () => {
    pushIndexOf('amd64');
    await repairImage(service, work, push());
    expect(values().counted).toMatchObject({ Pushed: 1, OciImagesPushed: 1, Converted: 1, Skipped: 1 });
  });

  test('are at risk of a rule that counts untagged images if one of two companions moves', async () => {
    pushIndexOf('amd64', 'arm64');
    await repairImage(service, work, push());
    service.registry.lifecyclePolicy = policyOf(keepNewest(3, 'untagged'));
    pushIndexAgain(['amd64', 'amd64'], ['changed', 'arm64']);
    await repairImage(service, work, push());
    const [amd64, arm64] = service.published.slice(-2).map(({ detail }) => detail);
    expect(amd64).toMatchObject({ outcome: 'unchanged' });
    expect(amd64).not.toHaveProperty('lifecycleRisk');
    expect(arm64).toMatchObject({ outcome: 'converted', lifecycleRisk: expect.stringContaining('untagged') });
  });

  test('are at risk of a lifecycle policy for the new companion, not for what was skipped', async () => {
    pushIndexOf('amd64');
    service.registry.lifecyclePolicy = policyOf(keepNewest(10, 'any'));
    await repairImage(service, work, push());
    const [converted, skipped] = service.published.map(({ detail }) => detail);
    expect(converted).toMatchObject({ outcome: 'converted', lifecycleRisk: expect.stringContaining('rule 1') });
    expect(skipped).toMatchObject({ outcome: 'skipped', reason: 'platform-absent' });
    expect(skipped).not.toHaveProperty('lifecycleRisk');
  });
});

test('outcomes that the bus does not take are logged with all they say, and counted', async () => {
  service.registry.push(ociImage(), OCI.manifest, 'v1');
  service.busError = new Error('the bus is down');
  await repairImage(service, work, push());
  expect(lines.logs()[1]).toMatchObject({
    level: 'ERROR',
    message: 'outcomes not published',
    eventId: 'event-1',
    error: 'Error: the bus is down',
    details: [{ outcome: 'converted', companionTag: 'v1-dockerv2' }],
  });
  expect(values().counted).toMatchObject({ Converted: 1, OutcomesNotPublished: 1 });
});

test('what the registry can not answer is thrown, so that the queue retries it, and nothing is published', async () => {
  service.registry.before = () => {
    throw new Error('throttled');
  };
  await expect(repairImage(service, work, push())).rejects.toThrow('throttled');
  expect(service.published).toEqual([]);
  expect([...lines.logs(), ...lines.metrics()]).toEqual([]);
});

describe('a lifecycle policy that can cost the repository sources', () => {
  const RISK =
    'rule 1 of the lifecycle policy counts companions too, so of 10 images it keeps about 5 with their companions';
  beforeEach(() => {
    service.registry.lifecyclePolicy = policyOf(keepNewest(10, 'any'));
    service.registry.push(ociImage(), OCI.manifest, 'v1');
  });

  test('a push gets its companion, and the outcome, the log and a metric tell', async () => {
    await repairImage(service, work, push());
    expect(service.published).toMatchObject([{ detail: { outcome: 'converted', lifecycleRisk: RISK } }]);
    expect(lines.logs()).toMatchObject([{ level: 'WARN', outcome: 'converted', lifecycleRisk: RISK }]);
    expect(values().counted).toMatchObject({ Converted: 1, LifecycleRisk: 1 });
  });

  test('is not asked for where no companion is put', async () => {
    await repairImage(service, work, push());
    service.registry.calls.length = 0;
    await repairImage(service, work, push());
    expect(service.registry.calls).not.toContain('readLifecyclePolicy');
    expect(service.published.at(-1)?.detail).toMatchObject({ outcome: 'unchanged' });
  });

  test('of tags that count is told once, when their companion is new', async () => {
    await repairImage(service, work, push());
    service.registry.push(ociImage('moved'), OCI.manifest, 'v1');
    await repairImage(service, work, push());
    expect(service.published.at(-1)?.detail).toMatchObject({ outcome: 'converted' });
    expect(service.published.at(-1)?.detail).not.toHaveProperty('lifecycleRisk');
  });

  test('of a companion that moves: the earlier one becomes untagged, and a rule counts those', async () => {
    await repairImage(service, work, push());
    service.registry.lifecyclePolicy = policyOf(keepNewest(3, 'untagged'));
    service.registry.push(ociImage('moved'), OCI.manifest, 'v1');
    await repairImage(service, work, push());
    expect(service.published.at(-1)?.detail).toMatchObject({
      lifecycleRisk: expect.stringContaining('a companion that moves leaves one'),
    });
  });

  test('that can not be read does not bring the message back: its companion is put', async () => {
    service.registry.before = (call) => {
      if (call === 'readLifecyclePolicy') throw new Error('throttled');
    };
    await repairImage(service, work, push());
    expect(service.published).toMatchObject([{ detail: { outcome: 'converted' } }]);
    expect(lines.logs()[0]).toMatchObject({ level: 'WARN', message: 'lifecycle policy not read', tag: 'v1' });
  });
});

describe('an image whose layers must be recompressed', () => {
  const zstd = ociImage('app', { layers: [descriptor(OCI.zstd, 'zstd')] });
  const detail = { repository: 'team/app', tag: 'v1' };
  const serviceWith = (registry: FakeServiceRegistry) =>
    new FakeService(registry, {
      ...CONFIGURATION,
      policy: { ...DEFAULT_POLICY, recompression: { maxLayerBytes: 1_000 } },
    });
  beforeEach(() => {
    service = serviceWith(new FakeServiceRegistry());
    service.registry.push(zstd, OCI.manifest, 'v1');
  });

  test('the recompression is requested, and the outcome says so', async () => {
    await repairImage(service, work, push());
    expect(service.requested).toEqual([{ detailType: 'Image Recompression Requested', detail }]);
    expect(service.published).toMatchObject([
      { detailType: 'Image Remediation', detail: { outcome: 'recompressing', companionTag: 'v1-dockerv2' } },
    ]);
    expect(values().counted).toMatchObject({ Recompressing: 1, Refused: 0, Converted: 0, OciImagesPushed: 1 });
    expect(values().counted).not.toHaveProperty('TimeToCompanion');
    expect(lines.logs()).toMatchObject([{ level: 'INFO', outcome: 'recompressing' }]);
  });

  test('for an audit, so that a refusal does not set off the alarm each day', async () => {
    await repairImage(service, { ...work, isUrgent: false, isAuditFinding: true }, asked);
    expect(service.requested).toMatchObject([{ detail: { ...detail, audit: true } }]);
  });

  test('a request that the bus does not take brings the message back', async () => {
    service.busError = new Error('no');
    await expect(repairImage(service, work, push())).rejects.toThrow('no');
    expect(service.published).toEqual([]);
  });

  test('with a recompressor, it says what that took, and asks for nothing', async () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify(dockerImage('app', { layers: [descriptor(DOCKER.gzip, 'gzip')] })),
    );
    const recompressed = { layers: 1, bytes: 4, seconds: 3 };
    const manifest = { digest: digestOf(bytes), mediaType: DOCKER.manifest, bytes };
    const withRecompressor = Object.assign(service, {
      recompressor: { recompress: async () => ({ manifest, recompressed }) },
    });
    await repairImage(withRecompressor, { ...work, isUrgent: false }, asked);
    expect(service.requested).toEqual([]);
    expect(service.published).toMatchObject([{ detail: { outcome: 'converted', recompressed } }]);
    expect(values().counted).toMatchObject({ Converted: 1, Recompressed: 1, RecompressedBytes: 4 });
    expect(values().counted).not.toHaveProperty('Recompressing');
  });
});

describe('where the repository chooses its platforms', () => {
  const choices = { allowed: ['platforms'] } as const;

  test('only a repair that was requested reads what it chose anew', async () => {
    await repairImage(service, work, push());
    expect(service.registry.forgotten).toEqual([]);
    await repairImage(service, { ...work, requestedAt: 7 }, asked);
    expect(service.registry.forgotten).toEqual([{ repository: 'team/app', time: 7 }]);
  });

  test('the lifecycle risk is that of its companions', async () => {
    // The rule counts the companion of the further platform, and not that of the first.
    service = new FakeService(new FakeServiceRegistry(), { ...CONFIGURATION, policy: { ...DEFAULT_POLICY, choices } });
    service.registry.lifecyclePolicy = policyOf(keepNewest(4, ['*-arm64']));
    const child = service.registry.push(ociImage(), OCI.manifest);
    const named = { mediaType: OCI.manifest, digest: child.digest, size: child.bytes.length };
    service.registry.push(index([{ ...named, ...platform('amd64') }]), OCI.index, 'v1-arm64');
    const ofArm64 = { ...work, image: { ...image, tag: 'v1-arm64' } };
    await repairImage(service, ofArm64, push());
    expect(service.published.at(-1)?.detail).not.toHaveProperty('lifecycleRisk');
    service.registry.tags.delete('v1-arm64-dockerv2');
    service.registry.resourceTags.set('ecr-oci-remediation:platforms', 'linux/amd64 linux/arm64');
    await repairImage(service, ofArm64, push());
    expect(service.published.at(-2)?.detail).toMatchObject({ lifecycleRisk: expect.stringContaining('rule 1') });
  });
});
