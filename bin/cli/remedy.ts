import { REFUSAL_REASONS, type RefusalReason } from '../../lambda/core/reasons';

/** What to do about the most common refusals. docs/outcomes.md has all of them. */
const REMEDIES: Partial<Record<RefusalReason, string>> = {
  'zstd-layer':
    'Build with gzip: docker buildx build --output type=image,push=true,compression=gzip,force-compression=true. Or recompress it now: ecr-oci repair --recompress.',
  'uncompressed-layer':
    'Build with gzip: docker buildx build --output type=image,push=true,compression=gzip,force-compression=true. If AWS Lambda never runs the image: --uncompressed-layers relabel. Or recompress it now: ecr-oci repair --recompress.',
  'platform-not-found': 'Push that platform too, or choose another with --platform.',
  'tag-too-long': 'Use a shorter tag.',
  'stale-companion': 'Delete the companion tag.',
  'layers-missing': 'Push the image again.',
  'child-missing': 'Push the image again.',
};

/** One sentence. */
export const remedyOf = (reason: RefusalReason): string =>
  REMEDIES[reason] ?? `This means: ${REFUSAL_REASONS[reason]}.`;
