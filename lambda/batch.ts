import { auditRegistry } from './audit-registry';
import { auditRepository } from './audit-repository';
import { METRICS } from './core/contract';
import { readWork, type Work } from './events/work';
import { repairImage } from './repair-image';
import type { Service } from './service';
import { emitMetrics, log } from './telemetry';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
export interface Batch {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Does what each event in the batch requests; a message that fails goes back to its queue, alone. */
export async function handleBatch(service: Service, { Records }: Batch): Promise<BatchResponse> {
  const failures = await Promise.all(Records.map(({ messageId, body }) => failureOf(service, messageId, body)));
  return { batchItemFailures: failures.flat() };
}

async function failureOf(
  service: Service,
  messageId: string,
  body: string,
): Promise<BatchResponse['batchItemFailures']> {
  try {
    await doWork(service, readWork(body));
    return [];
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    log('ERROR', 'the message goes back to the queue', {
      messageId,
      error: name,
      detail: message,
      stack,
      body: body.slice(0, 2_000),
    });
    emitMetrics(service.configuration.functionName, { [METRICS.failed]: 1 });
    return [{ itemIdentifier: messageId }];
  }
}

function doWork(service: Service, work: Work): Promise<void> {
  switch (work.kind) {
    case 'repair':
      return repairImage(service, work);
    case 'registry-audit':
      return auditRegistry(service, work);
    case 'repository-audit':
      return auditRepository(service, work);
  }
}
