import { Token } from 'aws-cdk-lib';
import { REPOSITORY_NAME } from '../../lambda/core/contract';

export interface ImageUri {
  readonly account: string;
  readonly region: string;
  readonly repositoryName: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** Also the names of dual-stack and FIPS endpoints: https://docs.aws.amazon.com/general/latest/gr/ecr.html */
const HOST = '(?<account>\\d{12})\\.dkr[.-]ecr(?:-fips)?\\.(?<region>[a-z0-9-]+)\\.[a-z0-9.-]+';
const URI = new RegExp(
  `^(?:${HOST})/(?<repositoryName>${REPOSITORY_NAME})(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$`,
);
const EXPECTED = "an image of Amazon ECR such as '123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:v1'";

export function parseImageUri(uri: string): ImageUri {
  if (Token.isUnresolved(uri)) {
    throw new Error(
      `the image URI is a token, whose value is known only at deployment; expected ${EXPECTED}, or use fromAsset or fromRepository`,
    );
  }
  const { account, region, repositoryName, tag, digest } = URI.exec(uri)?.groups ?? {};
  if (!account || !region || !repositoryName) {
    throw new Error(
      `image URI '${uri}' is not valid; expected ${EXPECTED}. Copy an image of another registry to Amazon ECR first, for example with cdk-ecr-deployment`,
    );
  }
  const reference = digest ?? tag;
  if (!reference) {
    throw new Error(`image URI '${uri}' has no tag and no digest; expected ${EXPECTED}`);
  }
  return { account, region, repositoryName, reference };
}
