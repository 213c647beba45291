import { gunzipSync } from 'node:zlib';
import type { StoredManifest } from '../../../../lambda/core/registry';
import { DOCKER, digestOfText, OCI } from '../../../support/manifests';
import { REPOSITORY, type Run } from './scenario';

interface ImageText {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
}

/** Everything that is not as it was promised; empty if all is well. */
export function verdict({ repository, puts, outcomes }: Run): readonly string[] {
  const { registry } = repository;
  const source = stored(registry, 'v1');
  const companion = stored(registry, 'v1-dockerv2');
  return [
    ...wrongCompanion(repository, source, companion),
    ...puts.filter(({ tag }) => tag !== 'v1-dockerv2').map(({ by, tag }) => `${by} put ${tag}`),
    ...puts.flatMap(({ by, missing }) => missing.map((layer) => `${by} named ${layer}, which is not there`)),
    // A process that puts its own bytes over those of another would be answered in kind.
    ...puts
      .filter(({ read }) => wrongCompanion(repository, read.get('v1'), read.get('v1-dockerv2')).length === 0)
      .map(({ by }) => `${by} put over a companion that it had read as right`),
    ...[...Map.groupBy(puts, ({ by }) => by)].flatMap(([by, own]) =>
      own.length > MAX_ROUNDS ? [`${by} put ${own.length} times`] : [],
    ),
    ...outcomes.flatMap((outcome) => (outcome.outcome === 'refused' ? [`refused: ${outcome.reason}`] : [])),
    ...[...registry.tags.keys()].filter((tag) => !KNOWN.includes(tag)).map((tag) => `${REPOSITORY}:${tag} is new`),
  ];
}

const MAX_ROUNDS = 5;
const KNOWN = ['v1', 'v1-dockerv2', 'old-dockerv2'];

const stored = (registry: Run['repository']['registry'], tag: string): StoredManifest | undefined =>
  registry.manifests.get(registry.tags.get(tag) ?? '');

function wrongCompanion(
  { registry, layers }: Run['repository'],
  source: StoredManifest | undefined,
  companion: StoredManifest | undefined,
): readonly string[] {
  if (!source) return companion ? ['the companion is left without its source'] : [];
  const is = textOf(source);
  if (is.mediaType === DOCKER.manifest)
    return !companion || companion.digest === source.digest ? [] : ['the companion does not follow its source'];
  if (!companion) return ['the companion is missing'];
  const has = textOf(companion);
  const { rootfs } = JSON.parse(new TextDecoder().decode(registry.blobs.get(is.config.digest)));
  const isRight =
    has.mediaType === DOCKER.manifest &&
    has.config.digest === is.config.digest &&
    has.layers.length === is.layers.length &&
    has.layers.every(({ mediaType, digest }, at) => {
      if (mediaType !== DOCKER.gzip) return false;
      if (is.layers[at]?.mediaType === OCI.gzip) return digest === is.layers[at].digest;
      const bytes = layers.blobs.get(digest);
      return bytes !== undefined && digestOfText(gunzipSync(bytes).toString()) === rootfs.diff_ids[at];
    });
  return isRight ? [] : ['the companion is another image than its source'];
}

const textOf = ({ bytes }: StoredManifest): ImageText => JSON.parse(new TextDecoder().decode(bytes));
