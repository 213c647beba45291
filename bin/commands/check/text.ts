import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../../lambda/core/manifest/media-types';
import type { Output, Style } from '../../cli/output';
import { formatBytes } from '../../cli/units';
import { type Acceptance, CONSUMER_NAMES, CONSUMERS } from '../../inventory/acceptance';
import type { CompanionReport } from './companion-report';
import type { CheckReport } from './report';

const TYPE_NAMES = new Map([
  [OCI_MANIFEST, 'OCI manifest'],
  [OCI_INDEX, 'OCI index'],
  [DOCKER_MANIFEST, 'Docker V2 Schema 2 manifest'],
  [DOCKER_LIST, 'Docker manifest list'],
]);

const STYLES = { accepted: 'green', refused: 'red', unknown: 'yellow' } as const satisfies Record<string, Style>;

export function checkText(report: CheckReport, output: Output): string {
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
    ...CONSUMERS.map((consumer) => [CONSUMER_NAMES[consumer], acceptanceText(accepted[consumer], output)] as const),
    ...companions.map((companion) => [labelOf(companion, image), companionText(companion, output)] as const),
    ['companion', report.noCompanion && `none: ${report.noCompanion}`],
    ...adviceOf(report),
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

function acceptanceText({ verdict, why, evidence }: Acceptance, output: Output): string {
  return `${output.style(STYLES[verdict], verdict)}: ${why}${evidence ? ` ${output.style('dim', `(${evidence})`)}` : ''}`;
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

/** What to do next; nothing if the image is accepted as is. */
function adviceOf({ image, accepted, companions }: CheckReport): readonly Field[] {
  const isFine = CONSUMERS.every((consumer) => accepted[consumer].verdict === 'accepted');
  const [companion] = companions;
  if (isFine || !companion) return [];
  if (companion.uriByDigest) {
    const consumers = CONSUMERS.filter((consumer) => companion.accepted?.[consumer].verdict === 'accepted');
    const names = consumers.map((consumer) => CONSUMER_NAMES[consumer]).join(' and ');
    const verb = consumers.length > 1 ? 'accept' : 'accepts';
    return names ? [['instead', `${companion.uriByDigest}, which ${names} ${verb}`]] : [];
  }
  if (!companion.desiredDigest) return [];
  const repository = image.replace(/[:@].*$/, '');
  return [['to do', `ecr-oci repair ${repository}:${companion.sourceTag}`]];
}
