import { gunzipSync } from 'node:zlib';
import type { EventBridgeEvent } from '../aws/event';
import { digestOf } from '../ecr/digest';
import { DOCKER_MANIFEST } from '../ecr/media-types';
import type { Written } from '../images/package';
import type { RegistryClient } from '../images/registry-client';
import type { Push } from './pushes';

export interface Row {
  readonly pushedAs: string;
  readonly image: string;
  readonly outcome: string;
  readonly companion: string;
  readonly mediaType: string;
  readonly digest: string;
  /** What is not as it should be. */
  readonly problems: readonly string[];
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}
interface Manifest {
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Checks the result of a push from outside: by the events on the bus, and by what any client can pull. */
export async function check(push: Push, registry: RegistryClient, events: readonly EventBridgeEvent[]): Promise<Row> {
  const { pushedAs, repository, tag } = push;
  const outcome = events
    .map(({ detail }) => detail)
    .findLast((detail) => detail.repository === repository && detail.sourceTag === tag);
  const companionTag = `${tag}-dockerv2`;
  const companion = await registry.manifest(repository, companionTag);
  const inCompanion = (await companionProblems(push, outcome ?? {}, companion, registry)).map(
    (problem) => `${companionTag} ${problem}`,
  );
  return {
    pushedAs,
    image: `${repository}:${tag}`,
    outcome: [outcome?.outcome ?? 'no event', outcome?.reason].filter(Boolean).join(': '),
    companion: companion ? companionTag : '-',
    mediaType: companion?.mediaType.replace('application/vnd.', '') ?? '-',
    digest: companion ? digestOf(companion.text).slice(0, 19) : '-',
    problems: [...eventProblems(push, outcome ?? {}), ...inCompanion],
  };
}

function eventProblems({ expected }: Push, { outcome, reason }: EventBridgeEvent['detail']): string[] {
  const got = outcome === undefined ? 'no event' : [outcome, reason].filter(Boolean).join(': ');
  const wanted = 'reason' in expected ? `${expected.outcome}: ${expected.reason}` : expected.outcome;
  return got === wanted ? [] : [`expected ${wanted}, got ${got}`];
}

async function companionProblems(
  { repository, expected, package: pushed }: Push,
  outcome: EventBridgeEvent['detail'],
  companion: Written | undefined,
  registry: RegistryClient,
): Promise<string[]> {
  if ('reason' in expected) return companion ? ['exists'] : [];
  if (!companion) return ['does not exist'];
  const source = expected.image === 'top' ? pushed.top : pushed.children[expected.image];
  if (!source) throw new Error(`the pushed index has no child ${expected.image}`);
  const digest = digestOf(companion.text);
  const problems: string[] = [];
  if (companion.mediaType !== DOCKER_MANIFEST) problems.push(`is ${companion.mediaType}`);
  if (outcome.companionDigest !== digest) problems.push(`is ${digest}, the event says ${outcome.companionDigest}`);
  if (expected.outcome === 'aliased' && companion.text !== source.text)
    problems.push('is not the Docker manifest that was pushed');
  const pull = (blob: string) => registry.blob(repository, blob);
  const isSame = expected.isRecompressed ? sameConfig : sameContent;
  return [...problems, ...(await contentProblems(companion.text, source.text, isSame, pull))];
}

const contentOf = (descriptors: readonly Descriptor[]) =>
  JSON.stringify(descriptors.map(({ digest, size }) => [digest, size]));
const sameConfig = (one: Manifest, other: Manifest) =>
  contentOf([one.config]) === contentOf([other.config]) && one.layers.length === other.layers.length;
const sameContent = (one: Manifest, other: Manifest) =>
  sameConfig(one, other) && contentOf(one.layers) === contentOf(other.layers);

/** The companion must have the source's config and layers, and each of them must come back whole, as gzip. */
async function contentProblems(
  companionText: string,
  sourceText: string,
  isSame: (one: Manifest, other: Manifest) => boolean,
  pull: (digest: string) => Promise<Buffer>,
): Promise<string[]> {
  const companion: Manifest = JSON.parse(companionText);
  const source: Manifest = JSON.parse(sourceText);
  const problems: string[] = [];
  if (!isSame(companion, source)) problems.push("has another config or other layers than the source's");
  if (companionText.includes('vnd.oci')) problems.push('has an OCI media type');
  const config = await pull(companion.config.digest);
  const diffIds: readonly string[] = JSON.parse(config.toString()).rootfs.diff_ids;
  for (const [at, { digest, size }] of companion.layers.entries()) {
    const bytes = await pull(digest);
    if (digestOf(bytes) !== digest || bytes.length !== size)
      problems.push(`has a layer ${at} that does not come back whole`);
    if (digestOf(gunzipSync(bytes)) !== diffIds[at]) problems.push(`has a layer ${at} that is not in the config`);
  }
  return problems;
}
