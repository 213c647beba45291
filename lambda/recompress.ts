import { availableParallelism } from 'node:os';
import { type Batch, type BatchResponse, handleBatch, type LambdaContext } from './batch';
import { readConfiguration } from './configuration';
import { mostRecompression } from './core/companion/policy';
import { FinishedLayers } from './earlier-layers';
import { LayerRecompressor } from './recompress-image';
import { AwsEnvironment } from './service';

/** A message has the invocation to itself. What is left of its quarter of an hour is for the put and the outcome. */
const LONGEST_WORK_MS = 890_000;
const LONGEST_RECOMPRESSION_MS = 840_000;

/** A part of a layer has some megabytes, and ECR puts a layer together before it answers. */
const REQUEST_TIMEOUT_MS = 60_000;

const finished = new FinishedLayers();
const environment = new AwsEnvironment(readConfiguration(process.env), {
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  recompressorOf: (registry, { policy }) => {
    const limits = mostRecompression(policy);
    return (
      limits &&
      new LayerRecompressor({
        registry,
        layers: registry.layers,
        policy,
        maxLayerBytes: limits.maxLayerBytes,
        cores: availableParallelism(),
        finished,
        limitMs: LONGEST_RECOMPRESSION_MS,
      })
    );
  },
});

/** The entry point of the function that may upload layers. */
export const handler = (batch: Batch, context: LambdaContext): Promise<BatchResponse> =>
  handleBatch(environment.invocation(), batch, context, LONGEST_WORK_MS);
