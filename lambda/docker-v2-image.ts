import { availableParallelism } from 'node:os';
import { ECRClient } from '@aws-sdk/client-ecr';
import { readAddress } from './configuration';
import type { Policy } from './core/companion/policy';
import { handleRequest, type ResourceContext, type ResourceRequest } from './custom-resource';
import { FinishedLayers } from './earlier-layers';
import { EcrRegistry } from './ecr/ecr-registry';
import { Pacer } from './ecr/pacer';
import { type ImageTools, provideImage } from './provide-image';
import { LayerRecompressor } from './recompress-image';

/** A part of a layer has some megabytes, and ECR puts a layer together before it answers. */
const REQUEST_TIMEOUT_MS = 60_000;
/** CloudFormation creates many resources at a time, and all share ECR's 10 PutImage calls a second with everybody's pushes. */
const ATTEMPTS = 10;
/** Left of the invocation when a recompression must end, for the put and the answer. */
const RESERVE_MS = 45_000;

const requestHandler = { connectionTimeout: 2_000, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true };
const client = new ECRClient({ maxAttempts: ATTEMPTS, requestHandler });
const finished = new FinishedLayers();

/** The entry point of the custom resource. One request of CloudFormation is one image. */
export const handler = (request: ResourceRequest, context: ResourceContext): Promise<void> =>
  handleRequest(request, context, async (_, signal) => {
    // Not before: CloudFormation must have an answer, even if this throws.
    const address = readAddress(process.env);
    const toolsFor = (policy: Policy): ImageTools => {
      const registry = new EcrRegistry({ client, pacer: new Pacer(1), address, signal });
      const recompressor =
        policy.recompression &&
        new LayerRecompressor({
          registry,
          layers: registry.layers,
          policy,
          maxLayerBytes: policy.recompression.maxLayerBytes,
          cores: availableParallelism(),
          finished,
          limitMs: Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS),
        });
      return { registry, recompressor };
    };
    return provideImage(request, address, toolsFor);
  });
