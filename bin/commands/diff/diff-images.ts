import { platformOfConfig } from '../../../lambda/core/manifest/image-config';
import type { ImageIndex, ImageManifest } from '../../../lambda/core/manifest/manifest';
import { formatPlatform, type Platform, parsePlatform } from '../../../lambda/core/manifest/platform';
import { Refusal } from '../../../lambda/core/reasons';
import { CliError } from '../../cli/errors';
import { platformsOf } from '../../inventory/platforms';
import {
  type ComparedImage,
  type Comparison,
  compare,
  type Difference,
  isSameImage,
  manifestDifferences,
} from './compare';
import { comparedImage, contentOf, imageOfIndex, type Side } from './images';

export interface Diff extends Comparison {
  /** Those that were compared; none if neither side is an index. */
  readonly platforms: readonly string[];
}

export interface DiffOptions {
  /** To take from an index. @default - that of the other image, or all of them if both are indexes */
  readonly platform?: readonly Platform[];
  /** Whether to read layers that have other bytes. */
  readonly layers?: boolean;
}

/** @throws CliError if it can't be found out */
export async function diffOf(a: Side, b: Side, options: DiffOptions): Promise<Diff> {
  if (a.stored.digest === b.stored.digest)
    return { isSame: true, isProvenByContent: true, differences: [], platforms: [] };
  const [ofA, ofB] = [contentOf(a), contentOf(b)];
  if (ofA.kind === 'image' && ofB.kind === 'image') {
    const comparison = await compare(
      comparedImage(a, a.stored, ofA),
      comparedImage(b, b.stored, ofB),
      !!options.layers,
    );
    return { ...comparison, platforms: [] };
  }
  const platforms = options.platform ?? (await platformsToCompare(a, ofA, b, ofB));
  const areIndexes = ofA.kind === 'index' && ofB.kind === 'index';
  const comparisons: Comparison[] = [];
  for (const platform of platforms) comparisons.push(await compareOne(platform, [a, ofA], [b, ofB], options));
  const differences = [
    ...(areIndexes ? manifestDifferences(a, b) : []),
    ...comparisons.flatMap((comparison) => comparison.differences),
  ];
  return {
    isSame: isSameImage(differences),
    isProvenByContent: comparisons.every(({ isProvenByContent }) => isProvenByContent),
    differences,
    platforms: platforms.map(formatPlatform),
  };
}

type Content = ImageManifest | ImageIndex;

async function compareOne(
  platform: Platform,
  [a, ofA]: readonly [Side, Content],
  [b, ofB]: readonly [Side, Content],
  { layers = false }: DiffOptions,
): Promise<Comparison> {
  const isLoneIndex = ofA.kind !== ofB.kind;
  const choose = (side: Side, content: Content) =>
    content.kind === 'image'
      ? comparedImage(side, side.stored, content)
      : imageOfIndex(side, content, platform, isLoneIndex);
  const [one, other] = [await choose(a, ofA), await choose(b, ofB)];
  const name = formatPlatform(platform);
  if (!('absent' in one) && !('absent' in other)) {
    const { differences, ...rest } = await compare(one, other, layers);
    return { ...rest, differences: differences.map((difference): Difference => ({ ...difference, platform: name })) };
  }
  const textOf = (image: ComparedImage | object) => ('stored' in image ? image.stored.digest : 'nothing');
  if ('absent' in one && 'absent' in other)
    throw new CliError(`Neither ${a.name} nor ${b.name} has an image for ${name}.`, 'Choose another --platform.');
  const difference: Difference = { kind: 'platform', platform: name, where: name, a: textOf(one), b: textOf(other) };
  return { isSame: false, isProvenByContent: true, differences: [difference] };
}

/** All of both indexes, or the one of the single image. */
async function platformsToCompare(a: Side, ofA: Content, b: Side, ofB: Content): Promise<readonly Platform[]> {
  const single = ofA.kind === 'image' ? ([a, ofA] as const) : ofB.kind === 'image' ? ([b, ofB] as const) : undefined;
  if (single) {
    const platform = platformOfConfig(await comparedImage(single[0], single[0].stored, single[1]).readConfig());
    if (!(platform instanceof Refusal)) return [platform];
    throw new CliError(
      `The platform of ${single[0].name} isn't known: ${platform.detail}.`,
      'Choose it with --platform.',
    );
  }
  const names = new Set(
    (
      await Promise.all([
        platformsOf(a.account.registry, a.reference.repository, ofA),
        platformsOf(b.account.registry, b.reference.repository, ofB),
      ])
    ).flatMap((platforms) => platforms ?? []),
  );
  const platforms = [...names].map((name) => parsePlatform(name));
  if (platforms.length > 0 && platforms.every((platform) => platform !== undefined)) return platforms;
  throw new CliError("An index doesn't list the platforms of its images.", 'Choose one with --platform.');
}
