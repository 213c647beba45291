import { gunzipSync } from 'node:zlib';
import type { EventBridgeEvent } from '../aws/event';
import { DOCKER_MANIFEST } from '../ecr/media-types';
import { digestOf } from '../images/blob';
import type { RegistryClient } from '../images/registry-client';
import type { Push } from './pushes';

export interface Row {
  readonly pushedAs: string;
  readonly image: string;
  readonly outcome: string;
  readonly companion: string;
  readonly mediaType: string;
  readonly digest: string;
  /** What is not as it should be; nothing if all is. */
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

const COMPANION_SUFFIX = '-dockerv2';

/** Looks at what became of a push from outside: at the events on the bus and at what the registry gives to anyone who pulls. */
export async function check(push: Push, registry: RegistryClient, events: readonly EventBridgeEvent[]): Promise<Row> {
  const { repository, tag, expected } = push;
  const told = events
    .map(({ detail }) => detail)
    .findLast((detail) => detail.repository === repository && detail.sourceTag === tag);
  const companionTag = `${tag}${COMPANION_SUFFIX}`;
  const companion = await registry.manifest(repository, companionTag);
  const problems: string[] = [];
  const must = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };

  must(
    told?.outcome === expected.outcome,
    `expected ${expected.outcome}, the event says ${told?.outcome ?? 'nothing'}`,
  );
  if ('reason' in expected) {
    must(
      told?.reason === expected.reason,
      `expected the reason ${expected.reason}, the event says ${told?.reason ?? 'none'}`,
    );
    must(companion === undefined, `${companionTag} must not exist`);
  } else if (!companion) {
    problems.push(`${companionTag} does not exist`);
  } else {
    const source = expected.image === 'top' ? push.package.top : push.package.children[expected.image];
    must(companion.mediaType === DOCKER_MANIFEST, `${companionTag} is ${companion.mediaType}`);
    must(told?.companionDigest === digestOf(companion.text), `the event names another digest than ${companionTag} has`);
    must(
      expected.outcome !== 'aliased' || companion.text === source?.text,
      `${companionTag} is not the Docker manifest that was pushed`,
    );
    problems.push(
      ...(await problemsOfContent(companion.text, source?.text ?? '{}', (digest) => registry.blob(repository, digest))),
    );
  }
  return {
    pushedAs: push.pushedAs,
    image: `${repository}:${tag}`,
    outcome: [told?.outcome ?? 'nothing', told?.reason].filter(Boolean).join(': '),
    companion: companion ? companionTag : '-',
    mediaType: companion?.mediaType.replace('application/vnd.', '') ?? '-',
    digest: companion ? digestOf(companion.text).slice(0, 19) : '-',
    problems,
  };
}

/** The companion must name the source's config and layers, and each of them must come back whole. */
async function problemsOfContent(
  companionText: string,
  sourceText: string,
  pull: (digest: string) => Promise<Buffer>,
): Promise<string[]> {
  const companion: Manifest = JSON.parse(companionText);
  const source: Manifest = JSON.parse(sourceText);
  const content = ({ config, layers }: Manifest) =>
    JSON.stringify([config, ...layers].map(({ digest, size }) => [digest, size]));
  const problems: string[] = [];
  if (content(companion) !== content(source))
    problems.push('the companion names another config or other layers than the source');
  if (companionText.includes('vnd.oci')) problems.push('the companion has an OCI media type inside');
  const config = await pull(companion.config.digest);
  const diffIds: readonly string[] = JSON.parse(config.toString()).rootfs.diff_ids;
  for (const [at, layer] of companion.layers.entries()) {
    const bytes = await pull(layer.digest);
    if (digestOf(bytes) !== layer.digest || bytes.length !== layer.size)
      problems.push(`layer ${at} does not come back whole`);
    if (digestOf(gunzipSync(bytes)) !== diffIds[at]) problems.push(`layer ${at} is not the one that the config lists`);
  }
  return problems;
}
