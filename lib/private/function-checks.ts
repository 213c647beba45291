import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { OciImageRemediationProps } from '../oci-image-remediation-props';

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency */
const CONCURRENCY = { min: 2, max: 1000 };

/** The function bounds what it reads at a time for this much. */
export const MIN_MEMORY_SIZE = 512;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MAX_MEMORY_SIZE = 10_240;

type Checked<Prop extends keyof OciImageRemediationProps> = Required<Pick<OciImageRemediationProps, Prop>>;

export function checkConcurrency(
  scope: Construct,
  settings: Checked<'maxConcurrency' | 'auditMaxConcurrency'> &
    Pick<OciImageRemediationProps, 'reservedConcurrentExecutions'>,
): void {
  const { maxConcurrency, auditMaxConcurrency, reservedConcurrentExecutions } = settings;
  checkWholeNumber(scope, 'maxConcurrency', maxConcurrency, CONCURRENCY.min, CONCURRENCY.max);
  checkWholeNumber(scope, 'auditMaxConcurrency', auditMaxConcurrency, CONCURRENCY.min, CONCURRENCY.max);
  if (
    reservedConcurrentExecutions === undefined ||
    [reservedConcurrentExecutions, maxConcurrency, auditMaxConcurrency].some((number) => Token.isUnresolved(number))
  ) {
    return;
  }
  const least = maxConcurrency + auditMaxConcurrency;
  if (!Number.isInteger(reservedConcurrentExecutions) || reservedConcurrentExecutions < least) {
    throw new Error(
      `reservedConcurrentExecutions of ${scope.node.path} is ${reservedConcurrentExecutions}; expected a whole number of at least ${least}, which is maxConcurrency plus auditMaxConcurrency`,
    );
  }
}

export function checkMemorySize(scope: Construct, memorySize: number): void {
  checkWholeNumber(scope, 'memorySize', memorySize, MIN_MEMORY_SIZE, MAX_MEMORY_SIZE);
}

/** Without a VPC they would have no effect. */
export function checkNetwork(
  scope: Construct,
  { vpc, ...within }: Pick<OciImageRemediationProps, 'vpc' | 'vpcSubnets' | 'securityGroups'>,
): void {
  for (const prop of ['vpcSubnets', 'securityGroups'] as const) {
    if (within[prop] && !vpc) {
      throw new Error(`${scope.node.path} has ${prop} and no vpc; expected the VPC that they belong to`);
    }
  }
}

function checkWholeNumber(scope: Construct, prop: string, number: number, min: number, max: number): void {
  if (!Token.isUnresolved(number) && !(Number.isInteger(number) && number >= min && number <= max)) {
    throw new Error(`${prop} of ${scope.node.path} is ${number}; expected a whole number from ${min} to ${max}`);
  }
}
