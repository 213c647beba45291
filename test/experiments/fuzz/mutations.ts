import { MAX_MANIFEST_BYTES } from '../../../lambda/core/manifest/manifest';
import { DOCKER, descriptor, index, OCI, ociImage, platform } from '../../support/manifests';
import { pick, type Random } from './random';
import { type Slot, slotsOf, type Tree, treeOf, write } from './tree';

export const LONG = 'x'.repeat(2_000);
const DIGEST = `sha256:${'a'.repeat(64)}`;
export const words = (text: string): string[] => text.trim().split(/\s+/);
const FIELDS = words(`
  __proto__ constructor toString mediaType config layers manifests fsLayers history schemaVersion size digest urls platform os
  architecture variant annotations artifactType vnd.docker.reference.type io.github.containers.compression.zstd subject data`);
const KEYS = [...FIELDS, '', 'k'.repeat(80), LONG];
export const MEDIA_TYPES = words(`
  ${Object.values(OCI).join(' ')} ${Object.values(DOCKER).join(' ')} ${OCI.gzip}+encrypted ${OCI.manifest.toUpperCase()}
  application/vnd.docker.distribution.manifest.v1+prettyjws application/vnd.oci.artifact.manifest.v1+json text/html
  application/vnd.buildkit.cacheconfig.v0 application/octet-stream application/vnd.in-toto+json ${OCI.manifest};charset=utf-8`);
const STRINGS = words(`
  \u0000 ${LONG} ${'😀'.repeat(60)} \u017f \u212a unknown linux amd64 arm64 aarch64 v8 ${DIGEST} ${DIGEST.toUpperCase()}
  sha512:${'a'.repeat(128)} sha256: true 2 https://example.com/<&>`).concat('', `${DIGEST} `);
export const LITERALS = words(`
  null true false 0 -0 -1 1.0 2.0 2e0 1e400 -1e400 9007199254740991 9007199254740992 9007199254740993 ${'1'.repeat(400)} 0.1 01 +1
  .5 1. NaN Infinity undefined {} [] [[]] {"":{}} "\\ud800" "\\udc00\\ud800" "\\u0000" "\\x41" 'a' "" /**/1 1, "\\u006dediaType"
  {"__proto__":{"mediaType":"a"}} "${'\\ud800'.repeat(90)}"`).concat('"\t"');
export const TOKENS = words(`
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

export function mutateTree(random: Random, text: string, other: string): string {
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

export function mutateBytes(random: Random, input: Uint8Array): Uint8Array {
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
