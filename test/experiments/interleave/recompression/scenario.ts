import type { Outcome } from '../../../../lambda/core/companion/outcome';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import type { StoredManifest } from '../../../../lambda/core/registry';
import { FinishedLayers } from '../../../../lambda/earlier-layers';
import { LayeredRepository, tarOf } from '../../../support/fake-layers';
import { DOCKER, OCI } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';
import { type AroundCall, OtherZlib, type Ports, portsOf, recompressorOf } from './processes';
import { type Choose, type Participant, Turns } from './turns';

/** What is at work at the same time on the tag of a zstd image. */
export const BESIDES = ['a recompression', 'a recompression by another zlib', 'a repair'] as const;
/** What a person does to the tag meanwhile. */
export const MOVES = ['nothing', 'to a gzip image', 'to another zstd image', 'to Docker', 'to nothing'] as const;
/** Which earlier companion says that it has the layer, or that a process remembers a layer that ECR has dropped since. */
export const RECORDS = ['none', 'right', 'layer gone', 'forged', 'remembered, layer gone'] as const;
/** Where a process of the first recompression dies: before or after one of its calls. */
export interface Death {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export interface Scenario {
  readonly besides: (typeof BESIDES)[number];
  readonly move: (typeof MOVES)[number];
  readonly record: (typeof RECORDS)[number];
  readonly death?: Death;
}

/** How to break what is under test. */
export interface Sabotage {
  readonly ports?: (ports: Ports, repository: LayeredRepository) => Ports;
}

export interface Put {
  readonly by: string;
  readonly tag: string;
  /** What its process read before. */
  readonly read: ReadonlyMap<string, StoredManifest>;
  /** Layers that the repository did not have then. */
  readonly missing: readonly string[];
}

/** What went on, up to the moment when every message had ended in an outcome. */
export interface Run {
  readonly turns: Turns;
  readonly repository: LayeredRepository;
  readonly puts: readonly Put[];
  readonly outcomes: readonly Outcome[];
}

export const REPOSITORY = 'team/app';
export const POLICY: Policy = {
  ...DEFAULT_POLICY,
  recompression: { maxLayerBytes: 1_000_000 },
  deleteOrphanedCompanions: true,
};

export const BASE = tarOf('base', 200);
/** Its gzip layer has as many bytes as that of the base. */
export const TROJAN = tarOf('evil', 200);
const LAYERS = {
  'to a gzip image': [[tarOf('gzip', 200), OCI.gzip]],
  'to another zstd image': [
    [BASE, OCI.zstd],
    [tarOf('other', 200), OCI.gzip],
  ],
  'to Docker': [[tarOf('docker', 200), DOCKER.gzip]],
} as const;

/** What a warm process remembers of the base. */
class StaleMemory extends FinishedLayers {
  constructor() {
    super();
    this.set(REPOSITORY, digestOf(BASE), { digest: digestOf(Buffer.from('gone')), size: 4 });
  }
}

/** They see and change nothing that a move does, so their order matters only among processes that recompress. */
const LAYER_CALLS = ['listManifests', 'available', 'upload'];

class Killed extends Error {}

/** Runs the scenario in the order that `choose` gives it. */
export async function runScenario(
  { besides, move, record, death }: Scenario,
  choose: Choose,
  maxSwitches: number,
  { ports: breakPorts = (ports) => ports }: Sabotage = {},
): Promise<Run> {
  const repository = new LayeredRepository();
  const turns = new Turns(choose, maxSwitches);
  const puts: Put[] = [];
  const outcomes: Outcome[] = [];
  let deliveries = 0;

  /** SQS gives the message to another process until one of them ends. */
  const deliver = (kind: 'repair' | 'recompression', zlib: 'ours' | 'other' = 'ours', dies?: Death): Participant => {
    deliveries += 1;
    const name = `${kind} ${deliveries}`;
    return async (turn) => {
      for (let attempt = 1; ; attempt += 1) {
        const by = `${name}.${attempt}`;
        let calls = 0;
        const around: AroundCall = async (label, effect) => {
          calls += 1;
          if (move === 'nothing' || !LAYER_CALLS.includes(label)) await turn(label);
          const isLast = attempt === 1 && calls === dies?.call;
          if (isLast && dies?.when === 'before') throw new Killed();
          const result = await effect();
          if (isLast) throw new Killed();
          return result;
        };
        const ports = breakPorts(observed(portsOf(repository, around), by), repository);
        try {
          const ours = recompressorOf(
            ports,
            POLICY,
            record === 'remembered, layer gone' ? new StaleMemory() : new FinishedLayers(),
          );
          const recompressor = zlib === 'ours' ? ours : new OtherZlib(ours, repository.layers.blobs);
          const image = { repository: REPOSITORY, tag: 'v1' };
          const ended = await repair(
            ports.registry,
            image,
            POLICY,
            kind === 'recompression' ? recompressor : undefined,
          );
          outcomes.push(...ended);
          if (ended.some(({ outcome }) => outcome === 'recompressing')) await start('recompression');
          return;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
        }
      }
    };
  };

  const observed = ({ registry, layers }: Ports, by: string): Ports => {
    let read: ReadonlyMap<string, StoredManifest> = new Map();
    return {
      layers,
      registry: {
        ...registry,
        readTags: async (name, tags) => {
          const found = await registry.readTags(name, tags);
          read = found as ReadonlyMap<string, StoredManifest>;
          return found;
        },
        putManifest: (name, tag, manifest) => {
          const named: { layers: { digest: string }[] } = JSON.parse(new TextDecoder().decode(manifest.bytes));
          const missing = named.layers.flatMap(({ digest }) => (repository.layers.blobs.has(digest) ? [] : [digest]));
          puts.push({ by, tag, read, missing });
          return registry.putManifest(name, tag, manifest);
        },
      },
    };
  };

  const start = (kind: 'repair' | 'recompression', ...more: [zlib?: 'ours' | 'other', dies?: Death]) => {
    const participant = deliver(kind, ...more);
    return turns.start(`${kind} ${deliveries}`, participant);
  };

  prepare(repository, record);
  await start('recompression', 'ours', death);
  if (besides === 'a repair') await start('repair');
  else await start('recompression', besides === 'a recompression' ? 'ours' : 'other');
  if (move !== 'nothing')
    await turns.start('person', async (turn) => {
      await turn(`moves the tag ${move}`);
      if (move === 'to nothing') repository.registry.tags.delete('v1');
      else repository.push('v1', LAYERS[move], move === 'to Docker' ? { manifestType: DOCKER.manifest } : {});
      await start('repair');
    });
  await turns.run();
  return { turns, repository, puts, outcomes };
}

/** The tag of a zstd image, and perhaps the companion of an earlier image with the same base. */
function prepare(repository: LayeredRepository, record: Scenario['record']): void {
  repository.push('v1', [
    [BASE, OCI.zstd],
    [tarOf('app', 200), OCI.gzip],
  ]);
  if (record === 'none' || record === 'remembered, layer gone') return;
  const { registry, layers } = repository;
  const held = record === 'forged' ? TROJAN : BASE;
  repository.push('old-dockerv2', [[held, DOCKER.gzip]], {
    manifestType: DOCKER.manifest,
    ...(record === 'forged' ? { diffIds: [digestOf(BASE)] } : {}),
  });
  if (record === 'layer gone') {
    const { layers: [layer] = [] } = registry.read('old-dockerv2') as { layers: { digest: string }[] };
    layers.blobs.delete(layer?.digest ?? '');
  }
}
