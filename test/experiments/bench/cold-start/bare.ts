import { BatchGetImageCommand, ECRClient, GetLifecyclePolicyCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const requestHandler = { connectionTimeout: 2_000, requestTimeout: 8_000 };
const ecr = new ECRClient({ maxAttempts: 4, requestHandler });
const eventBridge = new EventBridgeClient({ maxAttempts: 4, requestHandler });

const repositoryName = 'team/app';
const imageTag = 'v1-dockerv2';
const acceptedMediaTypes = ['application/vnd.oci.image.manifest.v1+json'];
const imageManifestMediaType = 'application/vnd.docker.distribution.manifest.v2+json';

/** The calls of a first repair, and nothing between them: what a Lambda function for this can't do without. */
export async function handler(): Promise<{ batchItemFailures: [] }> {
  const read = { repositoryName, imageIds: [{ imageTag: 'v1' }, { imageTag }], acceptedMediaTypes };
  await ecr.send(new BatchGetImageCommand(read));
  await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest: '{}', imageManifestMediaType }));
  await ecr.send(new BatchGetImageCommand(read));
  await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
  const Entries = [{ EventBusName: 'default', Source: 'bare', DetailType: 'Image Remediation', Detail: '{}' }];
  await eventBridge.send(new PutEventsCommand({ Entries }));
  return { batchItemFailures: [] };
}
