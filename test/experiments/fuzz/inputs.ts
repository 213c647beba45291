import type { StoredManifest } from '../../../lambda/core/registry';
import { index, OCI, platform } from '../../support/manifests';
import { HUGE, LITERALS, LONG, MEDIA_TYPES, mutateBytes, mutateTree, TOKENS } from './mutations';
import type { Original } from './originals';
import { digestOf, encode, pick, type Random } from './random';

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
