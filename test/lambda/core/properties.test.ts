import fc from 'fast-check';
import { repair } from '../../../lambda/core/companion/repair';
import { isDocker, toDocker, toOci } from '../../../lambda/core/manifest/convert';
import { digestOf } from '../../../lambda/core/manifest/digest';
import { childOf } from '../../../lambda/core/manifest/index-children';
import { type ImageManifest, readManifest } from '../../../lambda/core/manifest/manifest';
import { platformOf } from '../../../lambda/core/manifest/platform';
import { REFUSAL_REASONS, Refusal } from '../../../lambda/core/reasons';
import { aDescriptor, anImageManifest, aPlainDockerManifest } from '../../support/arbitraries';
import { FakeRegistry } from '../../support/fake-registry';
import { bytesOf, index, OCI, ociImage } from '../../support/manifests';
import { DEFAULT_POLICY } from '../../support/policy';

function readImage(bytes: Uint8Array): ImageManifest {
  const read = readManifest(bytes);
  if (read instanceof Refusal || read.kind !== 'image') throw new Error(`not an image: ${JSON.stringify(read)}`);
  return read;
}

function docker(bytes: Uint8Array) {
  const conversion = toDocker(readImage(bytes), 'relabel');
  if (conversion instanceof Refusal) throw new Error(conversion.detail);
  return conversion;
}

const parsed = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

/** A taste: test/experiments/fuzz judges more of what is read, in 20,000 mutated manifests or as many as one likes. */
describe('reading', () => {
  const isAnswer = (read: ReturnType<typeof readManifest>) =>
    read instanceof Refusal
      ? read.reason in REFUSAL_REASONS && read.detail.length > 0 && read.detail.length < 1_000
      : 'kind' in read;

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => isAnswer(readManifest(bytes))),
      { numRuns: 1_000 },
    );
  });

  test('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => isAnswer(readManifest(bytesOf(json)))),
      { numRuns: 1_000 },
    );
  });

  test('never throws, whatever is changed in a real manifest', () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat(12),
      insert: fc.string({ unit: fc.constantFrom(...'{}[]",:0129.-eE\\u nulltrfasmdigeyp'), maxLength: 6 }),
    });
    fc.assert(
      fc.property(anImageManifest, fc.array(edit, { minLength: 1, maxLength: 4 }), (manifest, edits) => {
        const mutated = edits.reduce((text, { at, remove, insert }) => {
          const from = at % text.length;
          return `${text.slice(0, from)}${insert}${text.slice(from + remove)} `;
        }, JSON.stringify(manifest));
        return isAnswer(readManifest(bytesOf(mutated)));
      }),
      { numRuns: 1_000 },
    );
  });

  test('takes what JSON.parse takes, unless it says why not', () => {
    fc.assert(
      fc.property(anImageManifest, fc.constantFrom(0, 1, 2, '\t'), (manifest, space) => {
        expect(readManifest(bytesOf(JSON.stringify(manifest, null, space)))).toEqual(readManifest(bytesOf(manifest)));
      }),
    );
  });
});

describe('conversion', () => {
  test('is a pure function of what the manifest says, not of how it is written', () => {
    fc.assert(
      fc.property(anImageManifest, (manifest) => {
        const reordered = Object.fromEntries(Object.entries(manifest).reverse());
        expect(docker(bytesOf(JSON.stringify(reordered, null, 3))).manifest).toEqual(
          docker(bytesOf(manifest)).manifest,
        );
      }),
    );
  });

  test('keeps digests, sizes and order, and names its own bytes', () => {
    fc.assert(
      fc.property(anImageManifest, (manifest) => {
        const { manifest: output } = docker(bytesOf(manifest));
        const content = ({ digest, size }: { digest: string; size: number }) => ({ digest, size });
        const { config, layers } = parsed(output.bytes);
        expect([config, ...layers].map(content)).toEqual([manifest.config, ...manifest.layers].map(content));
        expect(output.digest).toBe(digestOf(output.bytes));
      }),
    );
  });

  test('leaves no OCI media type and no field of its own', () => {
    fc.assert(
      fc.property(anImageManifest, (manifest) => {
        const { manifest: output } = docker(bytesOf(manifest));
        expect(Object.keys(parsed(output.bytes))).toEqual(['schemaVersion', 'mediaType', 'config', 'layers']);
        for (const { mediaType, ...rest } of [parsed(output.bytes).config, ...parsed(output.bytes).layers]) {
          expect(mediaType).toMatch(/^application\/vnd\.docker\./);
          expect(Object.keys(rest).filter((key) => !['size', 'digest', 'urls'].includes(key))).toEqual([]);
        }
        expect(isDocker(readImage(output.bytes))).toBe(true);
      }),
    );
  });

  test('is idempotent, and has nothing more to drop', () => {
    fc.assert(
      fc.property(anImageManifest, (manifest) => {
        const once = docker(bytesOf(manifest));
        expect(docker(once.manifest.bytes)).toEqual({ manifest: once.manifest, droppedFields: [] });
      }),
    );
  });

  test('names every field that it drops, and drops no other', () => {
    fc.assert(
      fc.property(anImageManifest, (manifest) => {
        const { droppedFields } = docker(bytesOf(manifest));
        const fieldsOf = (value: object, path: string, kept: string[]): string[] =>
          Object.entries(value).flatMap(([key, inner]) => {
            if (kept.includes(key)) return [];
            return key === 'annotations'
              ? Object.keys(inner).map((name) => `${path}.annotations.${name}`)
              : [`${path}.${key}`];
          });
        const descriptorFields = (descriptor: object, path: string) =>
          fieldsOf(descriptor, path, [
            'mediaType',
            'size',
            'digest',
            ...(JSON.stringify(descriptor).includes('nondistributable') ||
            JSON.stringify(descriptor).includes('foreign')
              ? ['urls']
              : []),
          ]);
        expect([...droppedFields].sort()).toEqual(
          [
            ...fieldsOf(manifest, '$', ['schemaVersion', 'mediaType', 'config', 'layers']),
            ...descriptorFields(manifest.config, '$.config'),
            ...manifest.layers.flatMap((layer, at) => descriptorFields(layer, `$.layers[${at}]`)),
          ].sort(),
        );
      }),
    );
  });

  test('Docker to OCI to Docker is the identity on the fields that both can hold', () => {
    fc.assert(
      fc.property(aPlainDockerManifest, (manifest) => {
        const oci = toOci(readImage(bytesOf(manifest)));
        if (oci instanceof Refusal) throw new Error(oci.detail);
        expect(parsed(docker(oci.manifest.bytes).manifest.bytes)).toEqual(manifest);
      }),
    );
  });
});

describe('choice from an index', () => {
  const attestation = fc.constantFrom(
    {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      platform: { os: 'unknown', architecture: 'unknown' },
    },
    { annotations: { 'vnd.docker.reference.type': 'builder' }, platform: { os: 'linux', architecture: 'amd64' } },
    { artifactType: 'application/vnd.in-toto+json', platform: { os: 'linux', architecture: 'amd64' } },
    { platform: { os: 'unknown', architecture: 'amd64' } },
  );
  const runnable = fc.record({
    platform: fc.record({ os: fc.constant('linux'), architecture: fc.constantFrom('amd64', 'arm64', 's390x') }),
  });

  test('never picks an attestation, and picks the platform where it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(attestation, runnable), { maxLength: 8 }), async (children) => {
        const registry = new FakeRegistry();
        const pushed = children.map((more, n) => {
          const manifest = ociImage(`child-${n}`);
          const { digest, bytes } = registry.push(manifest, OCI.manifest);
          return { mediaType: OCI.manifest, digest, size: bytes.length, ...more };
        });
        registry.push(index(pushed), OCI.index, 'v1');
        const [outcome] = await repair(registry, { repository: 'team/app', tag: 'v1' }, DEFAULT_POLICY);
        const images = pushed.filter(
          (child) => !('annotations' in child) && !('artifactType' in child) && child.platform.os === 'linux',
        );
        const expected =
          images.find((child) => child.platform.architecture === 'amd64') ??
          (images.length === 1 ? images[0] : undefined);
        const companion = registry.read('v1-dockerv2') as { config: { digest: string } } | undefined;
        const config =
          expected && parsed(registry.manifests.get(expected.digest)?.bytes ?? new Uint8Array()).config.digest;
        expect(companion?.config.digest).toBe(config);
        expect(outcome?.outcome).toMatch(expected ? /^converted$/ : /^(skipped|refused)$/);
      }),
      { numRuns: 200 },
    );
  });

  test('takes the first child of the platform', () => {
    fc.assert(
      fc.property(fc.array(aDescriptor, { minLength: 1, maxLength: 5 }), (descriptors) => {
        const children = descriptors.map((descriptor) => ({
          ...descriptor,
          urls: [],
          extraFields: [],
          annotations: new Map(),
          artifactType: undefined,
          platform: platformOf('linux', 'amd64'),
        }));
        expect(childOf(children, platformOf('linux', 'amd64'))).toBe(children[0]);
        expect(childOf(children, platformOf('linux', 'arm64'))).toBeUndefined();
      }),
    );
  });
});
