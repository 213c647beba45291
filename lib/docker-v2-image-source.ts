import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as ecr_assets from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { DEPLOYED_TAG_SUFFIX } from '../lambda/core/contract';
import { checkPlace, type ImagePlace, importedRepository, placeOf } from './private/image-place';
import { parseImageUri } from './private/image-uri';

/**
 * An image of this account and Region, whatever its format is.
 */
export abstract class DockerV2ImageSource {
  /**
   * An image that the CDK builds and pushes.
   *
   * @param asset from this app
   */
  public static fromAsset(asset: ecr_assets.DockerImageAsset): DockerV2ImageSource {
    return new BoundSource(
      asset.imageTag,
      placeOf(asset.repository),
      () => asset.repository,
      // In the template, so that `cdk gc` sees that the image is used.
      (platform) => `${asset.imageTag}${platform ? `-${platform}` : ''}${DEPLOYED_TAG_SUFFIX}`,
    );
  }

  /**
   * An image in a repository of this account and Region.
   *
   * CloudFormation asks for the image when it creates the resource, and when one of its properties changes. So a tag that moves is
   * noticed by no deployment: use a digest, or a tag that is new for each image.
   *
   * @param repository that has the image
   * @param tagOrDigest such as `v1`, or `sha256:` and 64 digits
   * @throws if the tag or digest is empty
   */
  public static fromRepository(repository: ecr.IRepository, tagOrDigest: string): DockerV2ImageSource {
    if (tagOrDigest === '') {
      throw new Error("tagOrDigest is empty; expected a tag such as 'v1', or a digest such as 'sha256:…'");
    }
    return new BoundSource(tagOrDigest, placeOf(repository), () => repository);
  }

  /**
   * An image in a repository of this account and Region, by its URI.
   *
   * Of a URI with a tag and a digest, the digest counts.
   *
   * @param uri such as `123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:v1`
   * @throws if the URI is a token, has no tag and no digest, or is not of Amazon ECR
   */
  public static fromUri(uri: string): DockerV2ImageSource {
    const image = parseImageUri(uri);
    return new BoundSource(image.reference, image, (scope) => importedRepository(scope, image));
  }

  /** @internal */
  public abstract _bind(scope: Construct): DockerV2ImageReference;
}

/**
 * Where the image is.
 *
 * @internal
 */
export interface DockerV2ImageReference {
  readonly repository: ecr.IRepository;
  /** A tag or a digest. */
  readonly reference: string;
  /** The tag that the image gets, if that is known before the image is. */
  readonly companionTag?: (platform: string | undefined) => string;
}

class BoundSource extends DockerV2ImageSource {
  constructor(
    private readonly reference: string,
    private readonly place: ImagePlace,
    private readonly repositoryIn: (scope: Construct) => ecr.IRepository,
    private readonly companionTag?: (platform: string | undefined) => string,
  ) {
    super();
  }

  /** @internal */
  public override _bind(scope: Construct): DockerV2ImageReference {
    checkPlace(scope, this.place);
    const { reference, companionTag } = this;
    return { repository: this.repositoryIn(scope), reference, companionTag };
  }
}
