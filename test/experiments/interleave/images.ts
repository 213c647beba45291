import type { Policy } from '../../../lambda/core/companion/policy';
import type { RefusalReason, SkipReason } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import {
  bytesOf,
  DOCKER,
  descriptor,
  digestOfText,
  dockerImage,
  index,
  OCI,
  ociImage,
  platform,
} from '../../support/manifests';

/** What a companion tag must be while its source tag names a certain image: said by hand, not asked of the code under test. */
export type Right =
  | { readonly companion: 'names'; readonly digest: string; readonly by: 'converted' | 'aliased' }
  /** Need not be there, but names this if it is. */
  | { readonly companion: 'follows'; readonly digest: string }
  /** Should not be there; it is nobody's to delete but a person's. */
  | { readonly companion: 'none'; readonly skip?: SkipReason }
  | { readonly companion: 'cannot'; readonly refusal: RefusalReason };

export interface PushedImage {
  readonly name: string;
  readonly stored: StoredManifest;
  /** For `linux/amd64`, the first platform of every generated policy, and for `linux/arm64`, the second of some. */
  readonly right: (policy: Policy) => readonly [amd64: Right, arm64: Right];
}

/** All manifests and blobs that a generated image, or an index of them, consists of. */
export const MANIFESTS = new Map<string, StoredManifest>();
export const BLOBS = new Map<string, Uint8Array>();

function stored(manifest: { mediaType: string } | string, mediaType = DOCKER.manifest as string): StoredManifest {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  const made = {
    bytes: bytesOf(text),
    digest: digestOfText(text),
    mediaType: typeof manifest === 'string' ? mediaType : manifest.mediaType,
  };
  MANIFESTS.set(made.digest, made);
  return made;
}

function child(manifest: { mediaType: string }, more: object = {}) {
  const { digest, bytes, mediaType } = stored(manifest);
  return { mediaType, digest, size: bytes.length, ...more };
}

function configBlob(architecture: string) {
  const bytes = bytesOf({ os: 'linux', architecture });
  const digest = digestOfText(new TextDecoder().decode(bytes));
  BLOBS.set(digest, bytes);
  return { mediaType: OCI.config, digest, size: bytes.length };
}

/** Docker V2 Schema 2 as skopeo writes it, letter by letter. */
function dockerText(
  name: string,
  layerType = 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  config: { digest: string; size: number } = descriptor('', `${name}-config`),
): string {
  const layers = [0, 1].map((n) => descriptor('', `${name}-layer-${n}`));
  const layerTexts = layers.map(
    ({ size, digest }) => `{"mediaType":"${layerType}","size":${size},"digest":"${digest}"}`,
  );
  return (
    '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",' +
    `"config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":${config.size},"digest":"${config.digest}"},` +
    `"layers":[${layerTexts.join(',')}]}`
  );
}

const converted = (...made: Parameters<typeof dockerText>): Right => ({
  companion: 'names',
  digest: digestOfText(dockerText(...made)),
  by: 'converted',
});
const aliased = (digest: string): Right => ({ companion: 'names', digest, by: 'aliased' });
const none = (skip?: SkipReason): Right => ({ companion: 'none', ...(skip ? { skip } : {}) });
const cannot = (refusal: RefusalReason): Right => ({ companion: 'cannot', refusal });
const docker =
  (digest: string): PushedImage['right'] =>
  ({ companionFor }) => [companionFor === 'every-tag' ? aliased(digest) : { companion: 'follows', digest }, none()];
const dockerSource = (name: string, source: StoredManifest): PushedImage => ({
  name,
  stored: source,
  right: docker(source.digest),
});

const amd64 = platform('amd64');
const arm64 = platform('arm64', 'v8');
const attestation = () =>
  child(ociImage('attestation'), {
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    ...platform('unknown', undefined, 'unknown'),
  });
const zstd = (name: string) => ociImage(name, { layers: [descriptor(OCI.zstd, `${name}-layer-0`)] });
const tars = (name: string) => [0, 1].map((n) => descriptor(OCI.tar, `${name}-layer-${n}`));
const dockerAmd = child(dockerImage('docker-amd'), amd64);
const dockerArm = child(dockerImage('docker-arm'), arm64);

export const IMAGES: readonly PushedImage[] = [
  { name: 'OCI a', stored: stored(ociImage('a')), right: () => [converted('a'), none()] },
  {
    name: 'OCI b',
    stored: stored(ociImage('b', { annotations: { a: 'b' }, config: descriptor(DOCKER.config, 'b-config') })),
    right: () => [converted('b'), none()],
  },
  dockerSource('Docker c', stored(dockerImage('c'))),
  // What a person gets who gives the companion of `OCI a` a tag of its own.
  dockerSource('Docker a', stored(dockerText('a'))),
  {
    name: 'OCI index',
    stored: stored(index([attestation(), child(ociImage('i-arm'), arm64), child(ociImage('i-amd'), amd64)])),
    right: () => [converted('i-amd'), converted('i-arm')],
  },
  {
    name: 'Docker list',
    stored: stored(index([dockerAmd, dockerArm], { mediaType: DOCKER.list })),
    right: () => [aliased(dockerAmd.digest), aliased(dockerArm.digest)],
  },
  {
    name: 'mixed index',
    stored: stored(index([child(ociImage('a'), amd64), dockerArm])),
    right: () => [converted('a'), aliased(dockerArm.digest)],
  },
  {
    name: 'index without platforms',
    stored: stored(index(['arm64', 'amd64'].map((name) => child(ociImage(`p-${name}`, { config: configBlob(name) }))))),
    right: () => [
      converted('p-amd64', DOCKER.gzip, configBlob('amd64')),
      converted('p-arm64', DOCKER.gzip, configBlob('arm64')),
    ],
  },
  {
    name: 'nested index',
    stored: stored(index([child(index([child(ociImage('b2'), amd64)]))])),
    right: () => [converted('b2'), none('platform-absent')],
  },
  {
    name: 'index for other platforms',
    stored: stored(index([child(ociImage('o-arm'), arm64), child(ociImage('o-s390x'), platform('s390x'))])),
    right: () => [cannot('platform-not-found'), converted('o-arm')],
  },
  {
    name: 'index with a zstd image',
    stored: stored(index([child(zstd('zi'), amd64), child(ociImage('i-arm'), arm64)])),
    right: () => [cannot('zstd-layer'), converted('i-arm')],
  },
  { name: 'OCI zstd', stored: stored(zstd('z')), right: () => [cannot('zstd-layer'), none()] },
  {
    name: 'OCI tar',
    stored: stored(ociImage('t', { layers: tars('t') })),
    right: ({ uncompressedLayers }) => [
      uncompressedLayers === 'relabel' ? converted('t', DOCKER.tar) : cannot('uncompressed-layer'),
      none(),
    ],
  },
  {
    name: 'chart',
    stored: stored(ociImage('chart', { config: descriptor('application/vnd.cncf.helm.config.v1+json', 'chart') })),
    right: () => [none('artifact'), none()],
  },
];

/** What a person puts over a companion by mistake. */
export const FOREIGN = stored(dockerImage('foreign'));
