import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { ACCEPTED_MEDIA_TYPES, DOCKER_MANIFEST } from '../../../lambda/core/manifest/media-types';
import { digestOf } from '../../../local/images/blob';
import type { Aws } from './aws';
import type { TestImage } from './images';
import { companionTagOf } from './names';
import { type RunContext, until } from './run-context';

export interface Companion {
  readonly tag: string;
  readonly digest: string;
  readonly text: string;
}

/** Not by a read of the manifest, which would be a pull. */
export async function digestOfTag(aws: Aws, repositoryName: string, imageTag: string): Promise<string | undefined> {
  const describe = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] });
  try {
    const { imageDetails } = await aws.call('ecr:DescribeImages', () => aws.ecr.send(describe));
    return imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (error instanceof Error && error.name === 'ImageNotFoundException') return undefined;
    throw error;
  }
}

export async function waitForCompanion(
  context: RunContext,
  { repository, tag }: TestImage,
  companionTag = companionTagOf(tag),
): Promise<string> {
  const probe = () => digestOfTag(context.aws, repository, companionTag);
  return until(context, `the companion ${companionTag}`, context.waitSeconds, probe);
}

export async function readManifest(aws: Aws, repositoryName: string, imageDigest: string): Promise<string> {
  const read = { repositoryName, imageIds: [{ imageDigest }], acceptedMediaTypes: [...ACCEPTED_MEDIA_TYPES] };
  const answer = await aws.call('ecr:BatchGetImage', () => aws.ecr.send(new BatchGetImageCommand(read)));
  const text = answer.images?.[0]?.imageManifest;
  if (text === undefined) throw new Error(`${imageDigest} can't be read: ${answer.failures?.[0]?.failureCode}`);
  return text;
}

interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
}
interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/**
 * What's wrong with a companion; empty if nothing is.
 * @param recompressed whether its layers are others than the source's
 */
export function problemsOf(digest: string, text: string, { runnable }: TestImage, recompressed = false): string[] {
  const companion: Manifest = JSON.parse(text);
  const source: Manifest = JSON.parse(runnable.text);
  const digests = ({ layers }: Manifest) => layers.map((layer) => layer.digest).join();
  return [
    ...(digestOf(text) === digest ? [] : [`its bytes have the digest ${digestOf(text)}, not ${digest}`]),
    ...(companion.mediaType === DOCKER_MANIFEST ? [] : [`it is ${companion.mediaType}`]),
    ...(text.includes('vnd.oci') ? ['it has an OCI media type'] : []),
    ...(companion.config.digest === source.config.digest ? [] : ["it has another config than the source's"]),
    ...(companion.layers.length === source.layers.length ? [] : ["it hasn't as many layers as the source"]),
    ...(recompressed || digests(companion) === digests(source) ? [] : ["it has other layers than the source's"]),
  ];
}

/** @throws Error if the companion isn't what it has to be */
export async function checkCompanion(
  { aws }: RunContext,
  image: TestImage,
  digest: string,
  recompressed = false,
): Promise<void> {
  const problems = problemsOf(digest, await readManifest(aws, image.repository, digest), image, recompressed);
  if (problems.length > 0) throw new Error(`the companion of ${image.tag} is wrong: ${problems.join('; ')}`);
}
