import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { digestOf } from '../../../local/images/blob';
import { type Aws, Unavailable } from './aws';
import type { TestImage } from './images';

/**
 * What ECR says of a push. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
 * @param tag empty for a child of an index
 */
export const pushDetail = ({ repository, package: { top } }: TestImage, tag: string) => ({
  result: 'SUCCESS',
  'action-type': 'PUSH',
  'repository-name': repository,
  'image-digest': digestOf(top.text),
  'image-tag': tag,
  'manifest-media-type': top.mediaType,
});

export const PUSH_SOURCE = 'aws.ecr';
export const PUSH_DETAIL_TYPE = 'ECR Image Action';

/** Sends the event of a push in ECR's name, which AWS allows nobody. @throws Unavailable if the endpoint doesn't either */
export async function sendPushEvent(aws: Aws, image: TestImage): Promise<void> {
  const Detail = JSON.stringify(pushDetail(image, image.tag));
  const entry = { Source: PUSH_SOURCE, DetailType: PUSH_DETAIL_TYPE, Detail };
  const put = new PutEventsCommand({ Entries: [entry] });
  const { Entries = [] } = await aws.call('events:PutEvents', () => aws.events.send(put));
  const [{ ErrorCode, ErrorMessage } = {}] = Entries;
  if (ErrorCode)
    throw new Unavailable(`this endpoint takes no event with the source aws.ecr: ${ErrorCode}: ${ErrorMessage}`);
}
