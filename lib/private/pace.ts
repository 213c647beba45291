import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LONGEST_WORK_SECONDS } from '../../lambda/core/contract';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';
import { mostPlatforms } from './repository-choices';

/** How many messages the function gets at a time. Fewer audits, because one of these messages can be an audit of 10,000 images. */
export const BATCH_SIZE = { pushes: 10, audits: 5 };

type Pace = Required<
  Pick<OciImageRemediationProps, 'putImagesPerSecond' | 'auditPutImagesPerSecond' | 'platforms' | 'repositorySettings'>
>;

/**
 * The messages of a batch share a pace, so the last of them waits for the calls of all others. If it waits too long, it fails
 * each time and becomes a dead letter.
 *
 * @throws if a batch in which every image needs all its companions takes longer than its messages may
 */
export function checkPace(
  scope: Construct,
  { platforms, repositorySettings, putImagesPerSecond, auditPutImagesPerSecond }: Pace,
): void {
  const most = mostPlatforms({ platforms, repositorySettings });
  const batches = [
    { prop: 'putImagesPerSecond', rate: putImagesPerSecond, images: BATCH_SIZE.pushes },
    { prop: 'auditPutImagesPerSecond', rate: auditPutImagesPerSecond, images: BATCH_SIZE.audits },
  ];
  for (const { prop, rate, images } of batches) {
    const calls = images * most;
    const cure = most > platforms.length ? "don't let repositories choose platforms" : 'choose fewer platforms';
    if (!Token.isUnresolved(rate) && calls / rate > LONGEST_WORK_SECONDS) {
      throw new Error(
        `${prop} of ${scope.node.path} is ${rate}; expected at least ${calls / LONGEST_WORK_SECONDS}, so that the ${calls} PutImage calls for a batch of ${images} images and ${most} platforms end within ${LONGEST_WORK_SECONDS} seconds: raise ${prop}, or ${cure}`,
      );
    }
  }
}
