import { type Batch, type BatchResponse, handleBatch } from './batch';
import { readConfiguration } from './configuration';
import { AwsService } from './service';

const service = new AwsService(readConfiguration(process.env));

/** The entry point: one batch of SQS messages, each with an EventBridge event. */
export const handler = (batch: Batch): Promise<BatchResponse> => handleBatch(service, batch);
