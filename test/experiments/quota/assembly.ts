import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { OciImageRemediationStack, type OciImageRemediationStackProps } from '../../../lib';

export const STACKS = { service: 'Service', nothing: 'Nothing' } as const;

/**
 * The account with the service, and one without.
 * @param batchSize messages of an invocation. The construct's is the most that Lambda may hand over; SQS may have it hand over fewer, and with
 *   one a put is always the last of its invocation
 * @returns the directory of the cloud assembly
 */
export function synthesize(props: OciImageRemediationStackProps, batchSize?: number): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'quota-')) });
  const service = new OciImageRemediationStack(app, STACKS.service, props);
  new Queue(new Stack(app, STACKS.nothing), 'Queue'); // A template must have a resource.
  if (batchSize !== undefined) {
    for (const construct of service.node.findAll())
      if (construct instanceof CfnEventSourceMapping) construct.batchSize = batchSize;
  }
  return app.synth().directory;
}
