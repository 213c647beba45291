import { type Batch, type BatchResponse, handleBatch, type LambdaContext } from './batch';
import { readConfiguration } from './configuration';
import { AwsEnvironment } from './service';

const environment = new AwsEnvironment(readConfiguration(process.env));

/** The entry point: one batch of SQS messages, each with an EventBridge event. */
export const handler = (batch: Batch, context: LambdaContext): Promise<BatchResponse> =>
  handleBatch(environment.invocation(), batch, context);
