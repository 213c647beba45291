import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws';
import type { Cleanup } from './cleanup';

/** How the service gets into the account. */
export interface Deployment {
  readonly how: string;
  /** Whether zstd layers are recompressed. */
  readonly recompresses: boolean;
  /** @returns what it will make, as sentences for the person who confirms it @throws Error if it must not begin */
  plan(account: string | undefined): Promise<readonly string[]>;
  /** Absent if it's done already. @returns what it did */
  readonly deploy?: (run: { readonly cleanup: Cleanup; readonly signal: AbortSignal }) => Promise<string>;
  /** An output of the stack. @throws Unavailable, or Error if it has none */
  output(name: string): Promise<string>;
}

/** The stack that someone has deployed, which stays as it is. */
export class EarlierDeployment implements Deployment {
  readonly how: string;

  constructor(
    readonly aws: Aws,
    readonly stack: string,
    readonly recompresses: boolean,
  ) {
    this.how = `the deployed stack '${stack}'`;
  }

  async plan(): Promise<readonly string[]> {
    return [`Nothing is deployed. The service is said to be there, as the stack '${this.stack}'.`];
  }

  async output(name: string): Promise<string> {
    return outputOf(await findStack(this.aws, this.stack), name);
  }
}

/** @returns nothing if there's no such stack */
export async function findStack(aws: Aws, name: string): Promise<Stack | undefined> {
  try {
    const describe = () => aws.cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    return (await aws.call('cloudformation:DescribeStacks', describe)).Stacks?.[0];
  } catch (error) {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
    if (error instanceof Error && error.name === 'ValidationError' && / does not exist/.test(error.message)) return;
    throw error;
  }
}

export function outputOf(stack: Stack | undefined, name: string): string {
  const value = stack?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
  if (value !== undefined) return value;
  throw new Error(`the stack ${stack?.StackName ?? ''} has no output ${name}`);
}
