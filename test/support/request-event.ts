import { randomUUID } from 'node:crypto';
import type { Bus, EventBridgeEvent } from '../../local';

/** A request to the service, as `aws events put-events` would put it. */
export const requestEvent = (
  { options: { accountId, region }, now }: Bus,
  detailType: string,
  detail: object,
): EventBridgeEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': detailType,
  source: 'ecr-oci-remediation',
  account: accountId,
  time: new Date(now).toISOString(),
  region,
  resources: [],
  detail: { ...detail },
});
