import { BatchGetImageCommand } from '@aws-sdk/client-ecr';
import { DOCKER_MANIFEST } from '../../../lambda/core/manifest/media-types';
import { digestOf } from '../../../local/images/blob';
import { digestOfTag, problemsOf } from './companions';
import type { TestImage, TestImages } from './images';
import { companionTagOf } from './names';
import { COMPANION_EXISTS } from './repair-step';
import type { RunContext } from './run-context';
import type { Step } from './steps';

/**
 * Compares a companion with what ECR itself makes of an OCI manifest for a client that takes only Docker's:
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
 */
export const translationStep = (context: RunContext, { manifest, index }: TestImages): Step => ({
  name: "comparison with ECR's own translation",
  needs: [COMPANION_EXISTS],
  run: async () => {
    const translation = await translationOf(context, manifest);
    if (translation.text === undefined) throw new Error(`ECR gave no translation: ${translation.why}`);
    // ECR gives a translation the digest of its source, so it's its content that's compared.
    const problems = problemsOf(digestOf(translation.text), translation.text, manifest);
    if (problems.length > 0) throw new Error(`ECR's translation isn't the companion: ${problems.join('; ')}`);
    const companion = await digestOfTag(context.aws, manifest.repository, companionTagOf(manifest.tag));
    const bytes = digestOf(translation.text) === companion ? 'the same bytes' : 'the same content in other bytes';
    const ofIndex = await translationOf(context, index);
    return `${bytes}; of an index, ECR gives ${ofIndex.text === undefined ? ofIndex.why : ofIndex.mediaType}`;
  },
});

async function translationOf({ aws }: RunContext, { repository, tag }: TestImage) {
  const read = { repositoryName: repository, imageIds: [{ imageTag: tag }], acceptedMediaTypes: [DOCKER_MANIFEST] };
  const answer = await aws.call('ecr:BatchGetImage', () => aws.ecr.send(new BatchGetImageCommand(read)));
  const [image] = answer.images ?? [];
  if (image?.imageManifest !== undefined)
    return { text: image.imageManifest, mediaType: image.imageManifestMediaType ?? 'no media type' };
  return { why: answer.failures?.[0]?.failureCode ?? 'neither an image nor a failure' };
}
