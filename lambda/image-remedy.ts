import { REFUSAL_REASONS, type RefusalReason, SKIP_REASONS, type SkipReason } from './core/reasons';

const GZIP = 'Build it with gzip layers (--output type=image,compression=gzip,force-compression=true)';

/** What to do in an app that uses `DockerV2Image`. docs/outcomes.md has all reasons. */
const REMEDIES: Partial<Record<RefusalReason | SkipReason, string>> = {
  'zstd-layer': `${GZIP}, or set recompressLayers: true on the DockerV2Image.`,
  'uncompressed-layer': `${GZIP}, or set recompressLayers: true on the DockerV2Image. If AWS Lambda never runs the image, uncompressedLayers: UncompressedLayers.RELABEL will do.`,
  'platform-not-found':
    'Build the image for that platform, or set the platform of the DockerV2Image to one that the image has.',
  'layer-too-large': 'Raise maxRecompressedLayerSize of the DockerV2Image, or build the image with gzip layers.',
  'source-gone': 'Push the image before you deploy the stack, or correct the tag or digest.',
  'repository-gone': 'Create the repository and push the image before you deploy the stack.',
  'access-denied':
    "Let the repository's policy, and those of the organization, allow the role of the function what its own policy allows.",
  'opted-out': 'Remove the resource tag from the repository, or use an image that is Docker V2 Schema 2 already.',
  archived: 'Restore the image in Amazon ECR.',
  artifact: 'Use a container image.',
  'build-cache': 'Use the image, which has another tag than its cache.',
  'layers-missing': 'Push the image again.',
  'child-missing': 'Push the image again.',
  'pull-through-cache':
    'Copy the image to a repository of your own, for example with cdk-ecr-deployment, and use that.',
};

const MEANINGS = { ...SKIP_REASONS, ...REFUSAL_REASONS };

/** One sentence. */
export const remedyOf = (reason: RefusalReason | SkipReason): string =>
  REMEDIES[reason] ?? `This means that ${MEANINGS[reason]}.`;
