import type { FunctionView, MappingView, Template } from '../cloudformation';
import type { RunningQueue } from '../sqs/queues';
import { Poller, type PollerOptions } from './poller';
import type { InvocationResult } from './result';

/** Runs a function of the template. */
interface Invocable {
  invoke(event: unknown): Promise<InvocationResult>;
}

/**
 * Starts every enabled event source mapping of the template.
 * @param queues by ARN
 * @param functions by logical id
 * @throws for a mapping whose function or queue is not in the template, or that Lambda would refuse
 */
export function startPollers(
  template: Template,
  queues: ReadonlyMap<string, RunningQueue>,
  functions: ReadonlyMap<string, Invocable>,
  shared: Pick<PollerOptions, 'clock' | 'activity' | 'log' | 'onCall'>,
): readonly Poller[] {
  return template.mappings
    .filter(({ enabled }) => enabled)
    .map((mapping) => {
      const fn = template.functions.find(
        ({ name, arn }) => name === mapping.functionName || arn === mapping.functionName,
      );
      const host = fn && functions.get(fn.logicalId);
      const source = queues.get(mapping.queueArn);
      if (!host || !source)
        throw new Error(`${mapping.logicalId}: expected its function and its queue in the template`);
      checkVisibility(mapping, source, fn);
      return new Poller({ ...shared, mapping, queue: source.queue, invoke: (event) => host.invoke(event) });
    });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function checkVisibility({ logicalId }: MappingView, { view }: RunningQueue, fn: FunctionView): void {
  if (view.visibilityTimeoutSeconds >= fn.timeoutSeconds) return;
  throw new Error(
    `${logicalId}: the queue's visibility timeout (${view.visibilityTimeoutSeconds} s) is less than the function's timeout (${fn.timeoutSeconds} s); Lambda refuses such a mapping`,
  );
}
