import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { type Conversion, toDocker, toOci } from '../lambda/core/convert';
import { type Demand, demandsOf } from '../lambda/core/demand';
import { MAX_MANIFEST_BYTES, type Manifest, readManifest } from '../lambda/core/manifest';
import { platformOf } from '../lambda/core/platform';
import { REFUSAL_REASONS, Refusal, SKIP_REASONS } from '../lambda/core/reasons';
import type { Registry, StoredManifest } from '../lambda/core/registry';
import * as catalogue from '../local/images/catalogue';
import type { Package } from '../local/images/package';
import { DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../test/support/manifests';

/** A whole number from 0 to below `below`. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  const numbers = fc.infiniteStream(fc.noBias(fc.nat()), { noHistory: true });
  const [stream] = fc.sample(numbers, { seed, numRuns: 1 });
  if (!stream) throw new Error('fast-check gave no stream');
  return (below) => stream.next().value % below;
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** ------------------------------------------------------------------ what is mutated */

export interface Original {
  readonly text: string;
  readonly mediaType: string;
}

/** Every manifest of the catalogue and of test/support, as its tool writes it. */
export async function originals(): Promise<readonly Original[]> {
  const packages: readonly Package[] = await Promise.all([
    catalogue.dockerDesktopImage(),
    catalogue.dockerImage(),
    catalogue.buildahImage(),
    catalogue.kanikoImage(),
    catalogue.zstdImage(),
    catalogue.buildxIndex('image manifest'),
    catalogue.buildxIndex('OCI artifact'),
    catalogue.dockerList(),
    catalogue.buildCache('OCI index'),
    catalogue.buildCache('Docker list'),
    catalogue.buildCache('image manifest'),
    catalogue.helmChart(),
  ]);
  const foreign = descriptor(OCI.foreignGzip, 'foreign', { urls: ['https://example.com/a?b=<c>&d'] });
  const child = (manifest: { mediaType: string }, more: object) =>
    descriptor(manifest.mediaType, JSON.stringify(manifest), more);
  const written = [
    ociImage('rich', { annotations: { a: 'b' }, subject: descriptor(OCI.manifest, 'subject'), layers: [foreign] }),
    ociImage('tar', { layers: [descriptor(OCI.tar, 'tar', { annotations: { c: 'd' }, data: 'e30=' })] }),
    dockerImage('plain'),
    index([child(ociImage(), platform('amd64')), child(ociImage('v7'), platform('arm', 'v7'))]),
    index([child(ociImage(), {}), child(index([]), {})], { artifactType: '', annotations: {} }),
  ];
  return [
    ...packages.flatMap(({ top, children }) => [top, ...children]),
    ...written.map((manifest) => ({ text: JSON.stringify(manifest), mediaType: manifest.mediaType })),
  ];
}

/** JSON as a tree that can hold what no JavaScript value can: the same key twice, and literals as they are written. */
type Tree = { literal: string } | { items: Tree[] } | { entries: [key: string, value: Tree][] };

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return { literal: JSON.stringify(value) };
  return { entries: Object.entries(value).map(([key, inner]) => [JSON.stringify(key), treeOf(inner)]) };
}

function write(tree: Tree, space: string): string {
  if ('literal' in tree) return tree.literal;
  if ('items' in tree) return `[${space}${tree.items.map((item) => write(item, space)).join(`,${space}`)}]`;
  return `{${tree.entries.map(([key, value]) => `${space}${key}:${space}${write(value, space)}`).join(',')}${space}}`;
}

interface Slot {
  readonly value: Tree;
  readonly entry: [key: string, value: Tree] | undefined;
  readonly siblings: unknown[];
  readonly at: number;
  set(value: Tree): void;
}

function slotsOf(tree: Tree): Slot[] {
  if ('literal' in tree) return [];
  if ('items' in tree)
    return tree.items.flatMap((value, at) => [
      { value, entry: undefined, siblings: tree.items, at, set: (other: Tree) => tree.items.splice(at, 1, other) },
      ...slotsOf(value),
    ]);
  return tree.entries.flatMap((entry, at) => [
    {
      value: entry[1],
      entry,
      siblings: tree.entries,
      at,
      set: (other: Tree) => {
        entry[1] = other;
      },
    },
    ...slotsOf(entry[1]),
  ]);
}

/** ------------------------------------------------------------------ mutations */

const LONG = 'x'.repeat(2_000);
const DIGEST = `sha256:${'a'.repeat(64)}`;
const words = (text: string): string[] => text.trim().split(/\s+/);
const FIELDS = words(`
  __proto__ constructor toString mediaType config layers manifests fsLayers history schemaVersion size digest urls platform os
  architecture variant annotations artifactType vnd.docker.reference.type io.github.containers.compression.zstd subject data`);
const KEYS = [...FIELDS, '', 'k'.repeat(80), LONG];
const MEDIA_TYPES = words(`
  ${Object.values(OCI).join(' ')} ${Object.values(DOCKER).join(' ')} ${OCI.gzip}+encrypted ${OCI.manifest.toUpperCase()}
  application/vnd.docker.distribution.manifest.v1+prettyjws application/vnd.oci.artifact.manifest.v1+json text/html
  application/vnd.buildkit.cacheconfig.v0 application/octet-stream application/vnd.in-toto+json ${OCI.manifest};charset=utf-8`);
const STRINGS = words(`
  \u0000 ${LONG} ${'😀'.repeat(60)} \u017f \u212a unknown linux amd64 arm64 aarch64 v8 ${DIGEST} ${DIGEST.toUpperCase()}
  sha512:${'a'.repeat(128)} sha256: true 2 https://example.com/<&>`).concat('', `${DIGEST} `);
const LITERALS = words(`
  null true false 0 -0 -1 1.0 2.0 2e0 1e400 -1e400 9007199254740991 9007199254740992 9007199254740993 ${'1'.repeat(400)} 0.1 01 +1
  .5 1. NaN Infinity undefined {} [] [[]] {"":{}} "\\ud800" "\\udc00\\ud800" "\\u0000" "\\x41" 'a' "" /**/1 1, "\\u006dediaType"
  {"__proto__":{"mediaType":"a"}} "${'\\ud800'.repeat(90)}"`).concat('"\t"');
const TOKENS = words(`
  { } [ ] " , : \\ \\u \\ud83d \u0000 "__proto__": "layers":[], "manifests":[], "MediaType":"a", 1e5 null // \u017f \u212a`).concat(
  '\ufeff',
  '\u2028',
  '\u00a0',
  ' ',
  '\n',
  '\t',
  '\v',
);

const nested = (random: Random, inner: Tree, depth: number): Tree => {
  const key = JSON.stringify(pick(random, ['a', 'k'.repeat(80), "'", '\ud800']));
  const isArray = random(2) === 0;
  let tree = inner;
  for (let level = 0; level < depth; level += 1) tree = isArray ? { items: [tree] } : { entries: [[key, tree]] };
  return tree;
};

const caseVariant = (random: Random, key: string): string =>
  pick(random, [
    () => key.toUpperCase(),
    () => key.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    () => key.replace('s', '\u017f'),
    () => key.replace('k', '\u212a'),
    () => key.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  ])();

type TreeMutation = (random: Random, slot: Slot, other: Slot) => void;
const TREE_MUTATIONS: readonly TreeMutation[] = [
  (_, { siblings, at }) => void siblings.splice(at, 1),
  (random, { siblings, at }) => void siblings.splice(random(siblings.length + 1), 0, structuredClone(siblings[at])),
  (random, { siblings, at }) =>
    void siblings.push(
      ...Array.from({ length: random(40) === 0 ? 3_000 : random(50) }, () => structuredClone(siblings[at])),
    ),
  (random, { entry, siblings }) =>
    void (entry && siblings.push([caseVariant(random, entry[0]), structuredClone(entry[1])])),
  (random, { entry }) => void entry?.splice(0, 1, caseVariant(random, entry[0])),
  (random, { entry }) => void entry?.splice(0, 1, JSON.stringify(pick(random, KEYS))),
  (random, { entry, siblings }) =>
    void (entry && siblings.push([JSON.stringify(pick(random, KEYS)), { literal: pick(random, LITERALS) }])),
  (random, slot) => slot.set({ literal: pick(random, LITERALS) }),
  (random, slot) => slot.set({ literal: JSON.stringify(pick(random, STRINGS)) }),
  (random, slot) => slot.set({ literal: JSON.stringify(pick(random, MEDIA_TYPES)) }),
  (_, slot, other) => slot.set(structuredClone(other.value)),
  (random, slot) => slot.set(nested(random, slot.value, pick(random, [1, 2, 27, 28, 29, 30, 31, 32, 33, 200]))),
  (random, slot) => slot.set({ items: Array.from({ length: random(4) }, () => structuredClone(slot.value)) }),
  (random, { siblings }) => void siblings.sort(() => random(3) - 1),
];

function mutateTree(random: Random, text: string, other: string): string {
  const tree = treeOf(JSON.parse(text));
  const foreign = slotsOf(treeOf(JSON.parse(other)));
  for (let count = 1 + random(1 + random(4)); count > 0; count -= 1) {
    const slots = slotsOf(tree);
    if (slots.length === 0) break;
    const slot = pick(random, slots);
    pick(random, TREE_MUTATIONS)(random, slot, pick(random, random(2) === 0 ? slots : foreign));
  }
  return write(tree, pick(random, ['', '', '', ' ', '\n\t', '\r\n']));
}

function mutateBytes(random: Random, input: Uint8Array): Uint8Array {
  let bytes = Buffer.from(input);
  for (let count = 1 + random(1 + random(5)); count > 0; count -= 1) {
    const at = random(bytes.length + 1);
    const end = Math.min(bytes.length, at + random(1 + pick(random, [1, 4, 40, 400])));
    const changed = pick<() => Uint8Array[]>(random, [
      () => [bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at + 1)],
      () => [bytes.subarray(0, at), Buffer.from([(bytes[at] ?? 0) ^ (1 << random(8))]), bytes.subarray(at + 1)],
      () => [bytes.subarray(0, at), bytes.subarray(end)],
      () => [bytes.subarray(0, end), bytes.subarray(at)],
      () => [bytes.subarray(0, at), Buffer.from(pick(random, TOKENS)), bytes.subarray(at)],
      () => [bytes.subarray(0, at), Buffer.from(pick(random, LITERALS)), bytes.subarray(end)],
      () => [bytes.subarray(0, at)],
    ])();
    bytes = Buffer.concat(changed);
  }
  return bytes;
}

const fill = (unit: string): string => unit.repeat(Math.floor((MAX_MANIFEST_BYTES - 2_000) / unit.length));
const image = (more: string): string => JSON.stringify(ociImage()).replace('{', `{${more}`);
/** As large as a manifest may be, or one byte larger. */
export const HUGE: readonly ((random: Random) => string)[] = [
  () => fill('['),
  () => fill('{"a":'),
  () => fill('"'),
  () => fill('\\u0000'),
  () => image(`"a":"${fill('\\ud800')}",`),
  () => image(`"a":${fill('9')},`),
  () => image(`"a":[${fill('[],')}0],`),
  () => image(`"a":[${fill('{},')}0],`),
  () => image(`"a":[${fill('{"":{}},')}0],`),
  () => image(`"annotations":{${Array.from({ length: 150_000 }, (_, n) => `"annotation-${n}":""`).join()}},`),
  () => image(`"${fill('k')}":0,"${fill('k')}":0,`.slice(0, MAX_MANIFEST_BYTES / 2)),
  () => image(fill(' ')),
  () => JSON.stringify(index(Array.from({ length: 20_000 }, (_, n) => descriptor(OCI.manifest, `${n}`)))),
  () => JSON.stringify(index(Array.from({ length: 20_000 }, (_, n) => descriptor(OCI.index, `${n}`)))),
  () =>
    JSON.stringify(ociImage('l', { layers: Array.from({ length: 20_000 }, (_, n) => descriptor(OCI.gzip, `${n}`)) })),
  () =>
    JSON.stringify(
      index([0, 1].map((n) => descriptor(OCI.manifest, `${n}`, platform(fill('x').slice(n * 2_000_000 + 100_000))))),
    ),
  (random) => JSON.stringify(ociImage()).padEnd(MAX_MANIFEST_BYTES + random(2)),
];

export interface Input {
  readonly bytes: Uint8Array;
  readonly mediaType: string | undefined;
  /** Manifests that the registry has, for an index to name. */
  readonly below: ReadonlyMap<string, StoredManifest>;
}

/** Of a hundred inputs, about one is as it was. */
export function inputOf(random: Random, from: readonly Original[]): Input {
  const { text, mediaType } = pick(random, from);
  const other = pick(random, from);
  const announced = random(6) > 0 ? mediaType : pick(random, [undefined, '', ...MEDIA_TYPES]);
  const plain = (bytes: Uint8Array): Input => ({ bytes, mediaType: announced, below: new Map() });
  if (random(10_000) === 0) return plain(encode(pick(random, HUGE)(random)));
  const way = random(100);
  if (way < 50) return plain(encode(mutateTree(random, text, other.text)));
  if (way < 54) return plain(mutateBytes(random, encode(mutateTree(random, text, other.text))));
  if (way < 76) return plain(mutateBytes(random, encode(text)));
  if (way < 82) return plain(encode(text.slice(0, random(text.length)) + other.text.slice(random(other.text.length))));
  if (way < 85)
    return plain(encode(Array.from({ length: random(60) }, () => pick(random, [...TOKENS, ...LITERALS])).join('')));
  if (way < 86) return plain(encode(text));
  return indexOver(random, from, 0);
}

/** An index that names mutated manifests by their true digests, and often by their true media types. */
function indexOver(random: Random, from: readonly Original[], depth: number): Input {
  const below = new Map<string, StoredManifest>();
  const children = Array.from({ length: random(5) }, () => {
    const { text, mediaType } = pick(random, from);
    const nestedIndex = depth < 3 && random(4) === 0 ? indexOver(random, from, depth + 1) : undefined;
    for (const entry of nestedIndex?.below ?? []) below.set(...entry);
    const bytes = nestedIndex?.bytes ?? encode(random(2) === 0 ? text : mutateTree(random, text, text));
    const stored = { bytes, digest: digestOf(bytes), mediaType: nestedIndex ? OCI.index : mediaType };
    below.set(stored.digest, stored);
    const architecture = pick(random, ['amd64', 'arm64', 'unknown', 's390x', '', '\ud800'.repeat(50), LONG]);
    return {
      mediaType: random(8) > 0 ? stored.mediaType : pick(random, MEDIA_TYPES),
      digest: stored.digest,
      size: bytes.length,
      ...(random(3) > 0 ? platform(architecture, pick(random, [undefined, 'v8', 'v3'])) : {}),
    };
  });
  const text = JSON.stringify(index(children));
  return { bytes: encode(random(4) > 0 ? text : mutateTree(random, text, text)), mediaType: OCI.index, below };
}

/** ------------------------------------------------------------------ what must hold */

/** Something that must not be, with the input that shows it. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

function mustHold(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Finding(what);
}

class Nonsense extends Error {}

/** Answers with what the index names, or with something else, or not at all. */
export function nonsenseRegistry(
  random: Random,
  { bytes, mediaType = '', below }: Input,
): Registry & { calls: number } {
  const honest = random(4) > 0;
  const anything = (digest: string): StoredManifest | undefined =>
    pick<() => StoredManifest | undefined>(random, [
      () => undefined,
      () => ({ bytes, digest: digestOf(bytes), mediaType }),
      () => ({ bytes, digest, mediaType: OCI.index }),
      () => ({ bytes: new Uint8Array(), digest: '', mediaType: '' }),
      () => {
        throw new Nonsense();
      },
    ])();
  return {
    calls: 0,
    async readTags() {
      throw new Finding('demandsOf read a tag');
    },
    async readManifest(_, digest) {
      this.calls += 1;
      return (honest ? below.get(digest) : undefined) ?? anything(digest);
    },
    async readBlob() {
      this.calls += 1;
      const blobs = ['{"os":"linux","architecture":"amd64"}', '{"os":"linux","architecture":"arm64"}', '{', '', '[]'];
      if (random(9) === 0) throw new Nonsense();
      return random(3) > 0 ? encode(pick(random, blobs)) : bytes;
    },
    async putManifest() {
      throw new Finding('demandsOf put a manifest');
    },
  };
}

const MAX_DETAIL = 1_000;
/** 40 reads are allowed, and the last may be repeated by digest. */
const MAX_CALLS = 42;

function checkReason(reason: string, detail: string, known: object): void {
  mustHold(Object.hasOwn(known, reason), `unknown reason ${reason}`);
  mustHold(detail.length > 0 && detail.length <= MAX_DETAIL, `the detail of ${reason} has ${detail.length} characters`);
  mustHold(detail.isWellFormed(), `the detail of ${reason} has a lone surrogate`);
}

interface Parsed {
  readonly mediaType?: string;
  readonly config: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly layers: readonly Parsed['config'][];
  readonly manifests: readonly Parsed['config'][];
}

const contents = (descriptors: readonly Parsed['config'][]): string =>
  JSON.stringify(descriptors.map(({ digest, size }) => [digest, size]));
const types = (descriptors: readonly Parsed['config'][]): string =>
  JSON.stringify(descriptors.map(({ mediaType }) => mediaType));

/** What encoding/json of Go takes for a field: it folds case by Unicode. https://pkg.go.dev/encoding/json#Unmarshal */
const goField = (key: string): string => key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k');
const MANIFEST_FIELDS = words('schemaVersion mediaType config layers manifests annotations subject artifactType');
const DESCRIPTOR_FIELDS = words('mediaType digest size urls platform annotations artifactType');

function checkSameForGo(object: object, fields: readonly string[]): void {
  for (const key of Object.keys(object)) {
    const field = fields.find((known) => known.toLowerCase() === goField(key));
    mustHold(field === undefined || field === key, `Go reads the key ${JSON.stringify(key)} as ${field}`);
  }
}

/** Two readers must not see two images in the same bytes. */
function checkAgainstJsonParse(bytes: Uint8Array, manifest: Manifest): void {
  let parsed: Parsed;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new Finding(`JSON.parse refuses what was read as ${manifest.kind}: ${error}`);
  }
  checkSameForGo(parsed, MANIFEST_FIELDS);
  if (manifest.kind !== 'image' && manifest.kind !== 'index') return;
  mustHold(!parsed.mediaType || parsed.mediaType === manifest.mediaType, 'JSON.parse sees another mediaType');
  const ours = manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : manifest.children;
  const theirs = manifest.kind === 'image' ? [parsed.config, ...parsed.layers] : parsed.manifests;
  mustHold(contents(ours) === contents(theirs), 'JSON.parse sees other digests or sizes');
  mustHold(types(ours) === types(theirs), 'JSON.parse sees other media types');
  for (const one of theirs) checkSameForGo(one, DESCRIPTOR_FIELDS);
}

function checkConversion(
  image: Extract<Manifest, { kind: 'image' }>,
  to: 'docker' | 'oci',
  made: Conversion | Refusal,
): void {
  if (made instanceof Refusal) {
    checkReason(made.reason, made.detail, REFUSAL_REASONS);
    return;
  }
  const { bytes, digest, mediaType } = made.manifest;
  const parsed: Parsed = JSON.parse(new TextDecoder().decode(bytes));
  mustHold(digest === digestOf(bytes), 'the conversion names another digest than that of its bytes');
  mustHold(parsed.mediaType === mediaType, 'the conversion is of another type than it says');
  const all = [mediaType, ...[parsed.config, ...parsed.layers].map((one) => one.mediaType)];
  const prefix = to === 'docker' ? 'application/vnd.docker.' : 'application/vnd.oci.image.';
  mustHold(
    all.every((type) => type.startsWith(prefix)),
    `the conversion to ${to} leaves ${all.find((type) => !type.startsWith(prefix))}`,
  );
  mustHold(
    contents([parsed.config, ...parsed.layers]) === contents([image.config, ...image.layers]),
    'the conversion changes digests, sizes or order',
  );
  const again = readManifest(bytes, mediaType);
  mustHold(!(again instanceof Refusal) && again.kind === 'image', `the conversion to ${to} cannot be read`);
}

function checkDemand(demand: Demand, announced: string): void {
  if (demand.demand === 'refused') checkReason(demand.refusal.reason, demand.refusal.detail, REFUSAL_REASONS);
  if (demand.demand === 'none' || demand.demand === 'if-present')
    checkReason(demand.skip ?? 'artifact', demand.detail, SKIP_REASONS);
  if (demand.demand === 'manifest' || demand.demand === 'if-present') {
    const { bytes, digest, mediaType } = demand.manifest;
    mustHold(digest === digestOf(bytes), 'a demand names another digest than that of its bytes');
    // What was there already is named as the registry names it.
    mustHold(mediaType === DOCKER.manifest || mediaType === announced, `a demand is of type ${mediaType}`);
  }
  if (demand.demand === 'manifest' && demand.platform !== undefined) {
    mustHold(demand.platform.length <= MAX_DETAIL, `the platform of a demand has ${demand.platform.length} characters`);
    mustHold(demand.platform.isWellFormed(), 'the platform of a demand has a lone surrogate');
  }
}

const policyOf = (random: Random) =>
  ({
    companionTag: { suffix: '-dockerv2' },
    platforms: [platformOf('linux', 'amd64'), platformOf('linux', 'arm64')],
    companionFor: random(2) === 0 ? 'oci-images' : 'every-tag',
    uncompressedLayers: random(2) === 0 ? 'refuse' : 'relabel',
  }) as const;

/**
 * @param read what reads manifests, for a test of this judge
 * @returns what the manifest was read as, or the reason of its refusal
 * @throws Finding, or whatever the code under test throws
 */
export async function judge(input: Input, random: Random, read = readManifest): Promise<string> {
  const { bytes, mediaType } = input;
  const manifest = read(bytes, mediaType);
  if (manifest instanceof Refusal) checkReason(manifest.reason, manifest.detail, REFUSAL_REASONS);
  else {
    mustHold(['image', 'index', 'artifact', 'build-cache'].includes(manifest.kind), `unknown kind ${manifest.kind}`);
    checkAgainstJsonParse(bytes, manifest);
    if (manifest.kind === 'image') {
      checkConversion(manifest, 'docker', toDocker(manifest, 'relabel'));
      checkConversion(manifest, 'docker', toDocker(manifest, 'refuse'));
      checkConversion(manifest, 'oci', toOci(manifest));
    }
    const registry = nonsenseRegistry(random, input);
    const source = { bytes, digest: digestOf(bytes), mediaType: mediaType ?? '' };
    const policy = policyOf(random);
    try {
      const demands = await demandsOf(registry, 'team/app', source, policy);
      mustHold(
        demands.length === policy.platforms.length,
        `${demands.length} demands for ${policy.platforms.length} platforms`,
      );
      for (const demand of demands) checkDemand(demand, source.mediaType);
    } catch (error) {
      if (!(error instanceof Nonsense)) throw error;
    }
    mustHold(registry.calls <= MAX_CALLS, `${registry.calls} reads of the registry`);
  }
  return manifest instanceof Refusal ? `refused ${manifest.reason}` : manifest.kind;
}

/** ------------------------------------------------------------------ the command */

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
};

function report(error: unknown, { bytes, mediaType, below }: Input, at: number, seed: number): void {
  const base64 = Buffer.from(bytes).toString('base64');
  const file = join(mkdtempSync(join(tmpdir(), 'fuzz-')), 'input');
  writeFileSync(file, bytes);
  for (const { digest, bytes: child } of below.values()) writeFileSync(`${file}-${digest.slice(7, 19)}`, child);
  console.error(error);
  console.error(
    `input ${at} of seed ${seed}, as ${mediaType ?? 'nothing'}, saved as ${file}: ${base64.slice(0, 4_000)}`,
  );
}

async function main(): Promise<void> {
  const { inputs, seed, goOn } = new Command('fuzz')
    .description('Reads and converts mutated real manifests, and checks what must hold whatever the bytes are.')
    .option('--inputs <count>', 'inputs to make', whole, 1_000_000)
    .option('--seed <number>', 'the same seed makes the same inputs', whole, randomInt(2 ** 31))
    .option('--go-on', 'do not stop at a finding; print the first of each kind')
    .parse()
    .opts<{ inputs: number; seed: number; goOn?: boolean }>();
  const from = await originals();
  const random = randomOf(seed);
  const counts = new Map<string, number>();
  const began = performance.now();
  let slowest = { ms: 0, bytes: 0 };
  let heap = 0;
  const findings = new Map<string, number>();
  let done = 0;
  for (; done < inputs && (goOn || findings.size === 0); done += 1) {
    const input = inputOf(random, from);
    const start = performance.now();
    try {
      const answer = await judge(input, random);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    } catch (error) {
      const kind = String(error).replace(/[0-9]+/g, 'N');
      if (!findings.has(kind)) report(error, input, done, seed);
      findings.set(kind, (findings.get(kind) ?? 0) + 1);
    }
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, bytes: input.bytes.length };
    if (done % 100 === 0 || input.bytes.length > 1e6) heap = Math.max(heap, process.memoryUsage().heapUsed);
  }
  console.log(`seed            ${seed}`);
  console.log(`inputs          ${done}`);
  for (const [answer, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${answer.padEnd(30)}${count}`);
  console.log(`seconds         ${((performance.now() - began) / 1000).toFixed(1)}`);
  console.log(`slowest input   ${slowest.ms.toFixed(1)} ms, ${slowest.bytes} bytes`);
  console.log(`largest heap    ${(heap / 2 ** 20).toFixed(0)} MiB`);
  for (const [kind, count] of findings) console.log(`  ${count} × ${kind}`);
  console.log(`findings        ${findings.size}`);
  if (findings.size > 0) process.exitCode = 1;
}

if (require.main === module) void main();
