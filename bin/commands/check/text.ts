import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../../../lambda/core/manifest/media-types';
import { formatBytes, formatFields } from '../../cli/format';
import type { Output, Style } from '../../cli/output';
import { type Acceptance, CONSUMER_NAMES, CONSUMERS, type Consumer } from '../../inventory/acceptance';
import type { CheckReport, CompanionReport } from './report';

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
  return [
    output.style('bold', image),
    formatFields([
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
    ]),
  ].join('\n');
}

function contentOf({ kind, detail }: CheckReport): string | undefined {
  if (kind === 'image' || kind === 'index') return undefined;
  if (kind === 'artifact') return `artifact of type ${detail}, no container image`;
  return kind === 'build-cache' ? 'BuildKit cache, no container image' : `unreadable: ${detail}`;
}

function acceptanceText({ verdict, why, evidence }: Acceptance, output: Output): string {
  return `${output.style(STYLES[verdict], verdict)}: ${why}${evidence ? ` ${output.style('dim', `(${evidence})`)}` : ''}`;
}

/** If the image that was asked about is a companion itself, say whose. */
const labelOf = ({ tag, sourceTag }: CompanionReport, image: string): string =>
  tag && image.endsWith(`:${tag}`) ? `companion of ${sourceTag}` : 'companion';

function companionText(companion: CompanionReport, output: Output): string {
  const { tag, state, digest, desiredDigest, reason, detail } = companion;
  switch (state) {
    case 'current':
      return `${tag} ${output.style('green', 'is current')}: ${digest}`;
    case 'missing':
      return `${tag} ${output.style('red', 'is missing')}`;
    case 'out-of-date':
      return `${tag} ${output.style('red', 'is out of date')}: it names ${digest}, it should name ${desiredDigest}`;
    case 'refused':
      return `${output.style('red', digest ? `${tag} is out of date` : 'none')}: ${reason}: ${detail}`;
    case 'not-needed':
      return `none: ${reason}: ${detail}`;
  }
}

/** What to do next; nothing if the image is good as it is. */
function adviceOf({ image, accepted, companions }: CheckReport): readonly (readonly [string, string])[] {
  const isFine = CONSUMERS.every((consumer) => accepted[consumer].verdict === 'accepted');
  const [companion] = companions;
  if (isFine || !companion) return [];
  if (companion.uriByDigest) {
    const by = CONSUMERS.filter((consumer: Consumer) => companion.accepted?.[consumer].verdict === 'accepted');
    const whom = by.map((consumer) => CONSUMER_NAMES[consumer]).join(' and ');
    return whom ? [['instead', `${companion.uriByDigest}, which ${whom} ${by.length > 1 ? 'accept' : 'accepts'}`]] : [];
  }
  if (!companion.desiredDigest) return [];
  const repository = image.replace(/[:@].*$/, '');
  return [['to do', `ecr-oci repair ${repository}:${companion.sourceTag}`]];
}
