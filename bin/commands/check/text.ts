import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../../lambda/core/manifest/media-types';
import type { Output, Style } from '../../cli/output';
import { formatBytes } from '../../cli/units';
import { type Acceptance, VERDICT_TEXTS } from '../../inventory/acceptance';
import { CONSUMER_IDS, CONSUMERS } from '../../inventory/consumers';
import { adviceOf, type Question } from './advice';
import type { CompanionReport } from './companion-report';
import type { CheckReport } from './report';
import { settingsFields } from './settings';

const TYPE_NAMES = new Map([
  [OCI_MANIFEST, 'OCI manifest'],
  [OCI_INDEX, 'OCI index'],
  [DOCKER_MANIFEST, 'Docker V2 Schema 2 manifest'],
  [DOCKER_LIST, 'Docker manifest list'],
]);

const STYLES = { accepted: 'green', refused: 'red', unknown: 'yellow' } as const satisfies Record<string, Style>;

export function checkText(report: CheckReport, question: Question, output: Output): string {
  const { image, uri, digest, mediaType, platforms, attestations, layers, accepted, companions } = report;
  const name = TYPE_NAMES.get(mediaType);
  const fields: readonly Field[] = [
    ['uri', uri === image ? undefined : uri],
    ['digest', digest],
    ['media type', `${mediaType}${name ? ` (${name})` : ''}`],
    ['content', contentOf(report)],
    ['platforms', platforms.length > 0 ? platforms.join(', ') : undefined],
    ['attestations', attestations > 0 ? String(attestations) : undefined],
    [
      'layers',
      layers &&
        `${layers.count}, ${formatBytes(layers.bytes)} as stored${layers.platform ? `, of ${layers.platform}` : ''}`,
    ],
    ...(report.settings ? settingsFields(report.settings) : []),
    ...CONSUMER_IDS.map((consumer) => [CONSUMERS[consumer].name, acceptanceText(accepted[consumer], output)] as const),
    ...companions.map((companion) => [labelOf(companion, image), companionText(companion, output)] as const),
    ['companion', report.noCompanion && `none: ${report.noCompanion}`],
    ...adviceOf(report, question),
  ];
  return [output.style('bold', image), ...linesOf(fields)].join('\n');
}

type Field = readonly [name: string, value: string | undefined];

/** Lines of `name  value`, with the values in one column. */
function linesOf(fields: readonly Field[]): readonly string[] {
  const present = fields.filter(([, value]) => value !== undefined);
  const width = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

function contentOf({ kind, detail }: CheckReport): string | undefined {
  if (kind === 'image' || kind === 'index') return undefined;
  if (kind === 'artifact') return `artifact of type ${detail}, not a container image`;
  return kind === 'build-cache' ? 'BuildKit cache, not a container image' : `unreadable: ${detail}`;
}

function acceptanceText({ verdict, why, evidence, dated }: Acceptance, output: Output): string {
  const page = evidence ? ` ${output.style('dim', `(${evidence}, ${dated})`)}` : '';
  return `${output.style(STYLES[verdict], VERDICT_TEXTS[verdict])}: ${why}${page}`;
}

/** Says whose companion an image is, if it is one. */
const labelOf = ({ tag, sourceTag }: CompanionReport, image: string): string =>
  tag && image.endsWith(`:${tag}`) ? `companion of ${sourceTag}` : 'companion';

function companionText(companion: CompanionReport, output: Output): string {
  const { tag, state, digest, desiredDigest, reason, detail } = companion;
  switch (state) {
    case 'current':
      return `${tag} ${output.style('green', 'is current')}: ${digest}`;
    case 'missing':
      return `${tag} ${output.style('red', 'is missing')}${detail ? `, and needs a recompression: ${detail}` : ''}`;
    case 'out-of-date':
      return `${tag} ${output.style('red', 'is out of date')}: it names ${digest} ${desiredDigest ? `instead of ${desiredDigest}` : `and needs a recompression: ${detail}`}`;
    case 'refused':
      return `${output.style('red', digest ? `${tag} is out of date` : 'none')}: ${reason}: ${detail}`;
    case 'not-needed':
      return `none: ${reason}: ${detail}`;
  }
}
