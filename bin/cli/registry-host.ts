import { partition } from '@aws-sdk/core/client';

/** What the host of a private ECR registry says. */
export interface EcrHost {
  readonly account: string;
  readonly region: string;
  readonly isFips: boolean;
  readonly isDualStack: boolean;
}

/** A host that could be ECR's, but for what comes after the Region. */
export const ECR_HOST_SHAPE = '\\d{12}\\.dkr[.-]ecr(?:-fips)?\\.[a-z]{2,}(?:-[a-z]+)+-\\d+\\.[a-z0-9.-]+[a-z0-9]';
const PARTS = /^(\d{12})\.dkr([.-])ecr(-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d+)\./;

/**
 * The host as AWS writes it: https://docs.aws.amazon.com/general/latest/gr/ecr.html, and for dual-stack hosts
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html. Outside of the aws partition, dual-stack hosts are those of
 * https://github.com/aws/amazon-ecs-agent/blob/master/ecs-agent/utils/uri: `on.` where the API's have `api.`
 */
function hostOf({ account, region, isFips, isDualStack }: EcrHost): string {
  const { dnsSuffix, dualStackDnsSuffix } = partition(region);
  const service = `ecr${isFips ? '-fips' : ''}`;
  return isDualStack
    ? `${account}.dkr-${service}.${region}.${dualStackDnsSuffix.replace(/^api\./, 'on.')}`
    : `${account}.dkr.${service}.${region}.${dnsSuffix}`;
}

/** @returns what the host says, or the host that was expected */
export function readEcrHost(host: string): EcrHost | { readonly expected: string } {
  const [, account, separator, fips, region] = PARTS.exec(host) ?? [];
  if (!account || !region) return { expected: 'a private ECR registry: <account>.dkr.ecr.<region>.amazonaws.com' };
  const parts = { account, region, isFips: fips !== undefined, isDualStack: separator === '-' };
  const expected = hostOf(parts);
  return host === expected ? parts : { expected };
}
