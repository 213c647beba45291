import type { Output } from '../../cli/output';
import type { Difference } from './compare';
import type { Diff } from './diff-images';
import type { Side } from './images';

const LABELS: Readonly<Record<Difference['kind'], string>> = {
  platform: 'platform',
  config: 'config',
  layer: 'layer content',
  'media-type': 'media type',
  annotation: 'annotation',
  field: 'other field',
  compression: 'layer bytes',
};
const WIDTH = Math.max(...Object.values(LABELS).map((label) => label.length));

export function diffText(a: Side, b: Side, diff: Diff, output: Output): string {
  const verdict = diff.isSame ? output.style('green', 'the same image') : output.style('red', 'another image');
  const platforms = diff.platforms.length > 0 ? ` (${diff.platforms.join(', ')})` : '';
  return [
    `${verdict}${platforms}${diff.isSame ? `, ${proofOf(diff)}` : ''}`,
    `  a ${a.name} ${a.stored.digest}`,
    `  b ${b.name} ${b.stored.digest}`,
    ...grouped(diff.differences).map(
      ({ kind, platform, where, a: one, b: other }) =>
        `  ${LABELS[kind].padEnd(WIDTH)}  ${platform && platform !== where ? `${platform} ` : ''}${where}: ${one} -> ${other}`,
    ),
  ].join('\n');
}

function proofOf({ isProvenByContent, differences }: Diff): string {
  if (!isProvenByContent) return 'by its config; --layers reads the layers that have other bytes';
  return differences.some(({ kind }) => kind === 'compression')
    ? 'by the content of its layers'
    : 'by the digests of its config and layers';
}

/** What is the same for several layers, in one line. */
function grouped(differences: readonly Difference[]): readonly Difference[] {
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const { kind, platform, where, a, b } = difference;
    const key = JSON.stringify([kind, platform, where.replace(/^\$\.layers\[\d+\]/, '$.layers'), a, b]);
    groups.set(key, [...(groups.get(key) ?? []), difference]);
  }
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (!first || more.length === 0) return first ?? [];
    return {
      ...first,
      where: first.where.replace(/^\$\.layers\[\d+\]/, `$.layers[*]`).concat(` (${more.length + 1} layers)`),
    };
  });
}
