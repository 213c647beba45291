/** Why a repair did nothing by design, or refused: each reason once, with what it means. docs/outcomes.md says what to do about each. */

export const SKIP_REASONS = {
  untagged: 'the push named no tag, as the children of an index do',
  'companion-tag': 'the tag is a companion tag itself, or one made from a companion tag',
  'soci-tag': 'the tag belongs to the AWS SOCI index builder',
  'already-docker': 'the image is Docker V2 Schema 2 already, which every consumer accepts',
  artifact: 'the manifest is not a container image: a chart, module, model, SBOM, signature or attestation',
  'build-cache': 'the manifest is a BuildKit cache',
  'platform-absent': 'the index has no image for this further platform',
  'repository-not-chosen': 'the service was not deployed for this repository',
  'opted-out': 'the repository has the resource tag ecr-oci-remediation: disabled',
  'tag-excluded': 'the tag is excluded by the deployment',
  archived: 'the image is archived, and ECR does not serve archived images',
  'pull-through-cache': 'the repository is a pull-through cache, whose images belong to an upstream registry',
  'source-gone': 'the tag no longer exists',
  'repository-gone': 'the repository no longer exists',
} as const;
export type SkipReason = keyof typeof SKIP_REASONS;

export const REFUSAL_REASONS = {
  'too-large': 'the manifest is larger than 4 MiB',
  'not-json': 'the manifest is not one valid JSON object in UTF-8',
  'too-deep': 'the manifest is nested deeper than any image needs',
  'too-many-values': 'the manifest has more values than any image needs',
  'duplicate-key': 'an object has the same key twice, so two tools can read two images from it',
  'case-variant-key': 'a key differs from a known one by letter case only, so two tools can read two images from it',
  'bad-field': 'a field is missing or has the wrong type or form',
  'unsafe-size': 'a size is not a whole number from 0 to 2^53-1',
  'unsupported-digest': 'a digest is not sha256',
  'schema-version': 'schemaVersion is not 2',
  'schema-1': 'the manifest is Docker V2 Schema 1, which has no config to convert',
  ambiguous: 'the manifest also has the fields of an index, or an index those of a manifest (CVE-2021-41190)',
  'media-type-mismatch': 'the registry and the manifest disagree about its media type',
  'unknown-media-type': 'the media type is not an image manifest or an index',
  'digest-mismatch': 'the bytes that the registry returned do not hash to the digest that it names',
  'no-layers': 'the image has no layers',
  'unknown-config': 'the config is not of a known image type',
  'unknown-layer': 'some layers have types that Docker V2 Schema 2 has no name for',
  'zstd-layer': 'a layer is compressed with zstd, for which Docker V2 Schema 2 has no type',
  'uncompressed-layer': 'a layer is not compressed, which AWS Lambda refuses under a Docker manifest',
  'encrypted-layer': 'a layer is encrypted',
  'diff-ids-mismatch': 'the image config and the manifest disagree about the layers of the image',
  'layer-corrupt': 'a layer is truncated, damaged, or not compressed in the way that its media type says',
  'layer-content-mismatch': 'the content of a layer is not what the image config says',
  'layer-too-large': 'recompressing a layer would take more memory or time than it may',
  'empty-index': 'the index is empty',
  'no-runnable-image': 'the index has only attestations and images of unknown platform',
  'platform-not-found': 'the index has no image for the wanted platform',
  'nested-too-deep': 'indexes are nested deeper than two levels, or contain themselves',
  'too-many-reads': 'finding the platform would take too many reads',
  'child-missing': 'the index names a manifest that the repository does not have',
  'child-type-mismatch': 'the index announces another media type than its child has',
  'tag-too-long': 'the companion tag would be longer than 128 characters',
  'tag-immutable': 'the companion tag exists with another image and tag immutability keeps it there',
  'stale-companion': 'the tag no longer names an image, but its companion still names the earlier one',
  'bad-repository-setting': 'a resource tag of the repository chooses what it may not, or what does not exist',
  'lifecycle-policy': 'the lifecycle policy of the repository would take other images because of the companion',
  'access-denied': 'a policy denies the service access to the repository',
  'kms-key': "the repository's KMS key can't be used",
  'image-inaccessible': 'ECR does not return the image',
  'layers-missing': 'the repository does not hold all layers of the image',
  'limit-exceeded': 'an ECR quota is used up',
  'rejected-by-registry': 'ECR rejected the converted manifest',
} as const;
export type RefusalReason = keyof typeof REFUSAL_REASONS;

export const isSkipReason = (reason: string): reason is SkipReason => Object.hasOwn(SKIP_REASONS, reason);

/** Why something can't be read or expressed: a reason, and one sentence that says what is wrong and where. */
export class Refusal {
  constructor(
    readonly reason: RefusalReason,
    readonly detail: string,
  ) {}
}

/** Returns a refusal that is thrown, so that nothing beyond this call throws one. */
export function refusalOr<T>(run: () => T): T | Refusal {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}
