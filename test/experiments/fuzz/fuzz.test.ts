import { type ImageManifest, readManifest } from '../../../lambda/core/manifest/manifest';
import { Refusal, type RefusalReason } from '../../../lambda/core/reasons';
import { bytesOf, descriptor, index, OCI, ociImage, platform } from '../../support/manifests';
import { type Input, inputOf } from './inputs';
import { judge } from './judge';
import { originals } from './originals';
import { randomOf } from './random';

/** `npm run fuzz` makes as many as one likes, with any seed. */
const INPUTS = 20_000;
const SEED = 5;

const input = (bytes: Uint8Array, mediaType: string): Input => ({ bytes, mediaType, below: new Map() });

test('whatever a manifest is mutated to, it is read as what others read in it, or refused with a reason', async () => {
  const from = await originals();
  const random = randomOf(SEED);
  const findings: string[] = [];
  const answers = new Set<string>();
  for (let count = 0; count < INPUTS; count += 1) {
    const made = inputOf(random, from);
    try {
      answers.add(await judge(made, random));
    } catch (error) {
      findings.push(`input ${count}: ${error} ${Buffer.from(made.bytes).toString('base64').slice(0, 2_000)}`);
    }
  }
  expect(findings.slice(0, 3)).toEqual([]);
  expect([...answers]).toEqual(
    expect.arrayContaining([
      ...['image', 'index', 'artifact', 'build-cache', 'refused not-json', 'refused duplicate-key', 'refused too-deep'],
      ...['refused case-variant-key', 'refused ambiguous', 'refused bad-field', 'refused unsafe-size'],
    ]),
  );
});

test('no original is refused but one for its media type or emptiness', async () => {
  for (const { text, mediaType } of await originals())
    expect(await judge(input(bytesOf(text), mediaType), randomOf(SEED))).not.toMatch(/^refused/);
});

describe('what hostile text can do to an outcome', () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { ['k'.repeat(80)]: deep(levels - 1) });

  const indexFor = (architecture: string) =>
    index(['0', '1'].map((n) => descriptor(OCI.manifest, n, platform(architecture + n))));

  test.each<[string, object, string]>([
    ['a deep path of long keys', ociImage('a', { annotations: deep(40) }), OCI.manifest],
    ['a long text of surrogate pairs', ociImage('a', { mediaType: '😀'.repeat(60) }), OCI.manifest],
    ['platforms of long text', indexFor('x'.repeat(2_000)), OCI.index],
    ['platforms of ill-formed text', indexFor('\ud800'.repeat(50)), OCI.index],
  ])('%s stays short and well-formed', async (_, manifest, mediaType) => {
    await expect(judge(input(bytesOf(manifest), mediaType), randomOf(SEED))).resolves.toEqual(expect.any(String));
  });
});

describe('the judge finds a reader', () => {
  type Read = typeof readManifest;
  const ofImages =
    (change: (image: ImageManifest) => ImageManifest): Read =>
    (...given) => {
      const read = readManifest(...given);
      return !(read instanceof Refusal) && read.kind === 'image' ? change(read) : read;
    };
  const rewriting =
    (change: (text: string) => string): Read =>
    (bytes, mediaType) =>
      readManifest(bytesOf(change(new TextDecoder().decode(bytes))), mediaType);

  test.each<[string, Read, RegExp]>([
    ['that throws', ofImages(() => JSON.parse('{')), /SyntaxError/],
    [
      'that changes the order of layers',
      ofImages((image) => ({ ...image, layers: image.layers.toReversed() })),
      /other digests/,
    ],
    [
      'that changes a size',
      ofImages((image) => ({ ...image, config: { ...image.config, size: image.config.size + 1 } })),
      /other digests or sizes/,
    ],
    [
      'that takes keys whatever their case, as Go does',
      rewriting((text) => text.replace(/"(DIGEST|SIZE|LAYERS|CONFIG|MANIFESTS)"/g, (key) => key.toLowerCase())),
      /Go reads the key/,
    ],
    [
      'that overlooks what follows the document',
      rewriting((text) => text.replace(/}[^}]*$/, '}')),
      /JSON.parse refuses/,
    ],
    ['with a reason of its own', () => new Refusal('odd' as RefusalReason, 'odd'), /unknown reason odd/],
    ['with much to say', () => new Refusal('bad-field', 'a'.repeat(1_001)), /1001 characters/],
  ])('%s', async (_, read, complaint) => {
    const from = await originals();
    const random = randomOf(SEED);
    const findings: string[] = [];
    for (let count = 0; count < 6_000 && !findings.some((finding) => complaint.test(finding)); count += 1) {
      await judge(inputOf(random, from), random, read).catch((error) => findings.push(String(error)));
    }
    expect(findings).toContainEqual(expect.stringMatching(complaint));
  });
});
