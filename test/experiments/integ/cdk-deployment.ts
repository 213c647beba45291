import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  paginateDescribeStacks,
  type StackResource,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DeleteLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { App } from 'aws-cdk-lib';
import { OciImageRemediationStack } from '../../../lib';
import type { Aws } from './aws';
import { Cdk } from './cdk';
import { removed } from './cleanup';
import { type Deployment, findStack, outputOf } from './deployment';
import type { Names } from './names';

const TOOLKIT_STACK = 'CDKToolkit';
const BOOTSTRAP = {
  what: `the stack ${TOOLKIT_STACK}`,
  command: `aws cloudformation delete-stack --stack-name ${TOOLKIT_STACK}`,
  undo: 'every CDK app of the account and Region shares it',
};
const DELETION_SECONDS = 600;

/** A stack of its own, by the real CDK CLI, restricted to the repositories of this run. */
export class CdkDeployment implements Deployment {
  readonly how = 'the CDK CLI';
  readonly recompresses = true;
  readonly #cdk: Cdk;
  readonly #assembly = mkdtempSync(join(tmpdir(), 'integ-cdk-'));
  #account: string | undefined;
  #bootstraps = false;

  constructor(
    readonly aws: Aws,
    readonly names: Names,
    note: (line: string) => void,
  ) {
    this.#cdk = new Cdk(aws, names.stack, note);
  }

  async plan(account: string | undefined): Promise<readonly string[]> {
    this.#account = account;
    // A stack that's under review, or rolled back, is what an interrupted bootstrap leaves.
    const { StackStatus = '' } = (await findStack(this.aws, TOOLKIT_STACK)) ?? {};
    this.#bootstraps = !/^(CREATE|IMPORT|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(StackStatus);
    await this.#refuseASecondService();
    return [
      `The stack '${this.names.stack}', which reacts to the repositories ${this.names.prefix}/* and to no others.`,
      this.#bootstraps
        ? `The CDK's bootstrap stack '${TOOLKIT_STACK}', which isn't there yet. IT STAYS: every CDK app of this account and Region shares it.`
        : `Files in the CDK's bucket, by the bootstrap stack '${TOOLKIT_STACK}', which is there. They stay: some hundred kilobytes.`,
    ];
  }

  readonly deploy: Deployment['deploy'] = async ({ cleanup, signal }) => {
    const app = ['--app', 'npx tsx test/experiments/integ/app.ts', '--output', this.#assembly];
    if (this.#bootstraps) {
      if (this.#account === undefined) throw new Error('the account is not known, so it cannot be bootstrapped');
      const environment = `aws://${this.#account}/${this.aws.region}`;
      await cleanup.make(BOOTSTRAP, () => this.#cdk.run(['bootstrap', ...app, environment], signal));
    }
    const context = {
      repositories: `${this.names.prefix}/*`,
      recompressLayers: 'true',
      audit: 'off',
      dashboard: 'false',
    };
    const contextArguments = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
    const made = {
      what: `the stack ${this.names.stack}`,
      command: `aws cloudformation delete-stack --stack-name ${this.names.stack}`,
      undo: () => this.#destroy(),
    };
    const quietly = ['--require-approval', 'never', '--progress', 'events'];
    await cleanup.make(made, () =>
      this.#cdk.run(['deploy', ...app, ...contextArguments, ...quietly, this.names.stack], signal),
    );
    const resources = await this.#resources();
    if (resources.length === 0) throw new Error('the stack was deployed without any resource');
    return `${resources.length} resources${this.#bootstraps ? ', after bootstrapping' : ''}`;
  };

  async output(name: string): Promise<string> {
    return outputOf(await findStack(this.aws, this.names.stack), name);
  }

  /** It would make the companions too, and the run would show nothing. */
  async #refuseASecondService(): Promise<void> {
    const { description } = new OciImageRemediationStack(new App(), 'Described').templateOptions;
    for await (const { Stacks = [] } of paginateDescribeStacks({ client: this.aws.cloudFormation }, {})) {
      const found = Stacks.find(({ Description }) => Description === description);
      if (found)
        throw new Error(
          `The service is deployed here already, as the stack '${found.StackName}', and would do the work of the one under test. Use another Region, or test that stack with --deployed.`,
        );
    }
  }

  async #resources(): Promise<readonly StackResource[]> {
    const describe = new DescribeStackResourcesCommand({ StackName: this.names.stack });
    const send = () => this.aws.cloudFormation.send(describe);
    return (await this.aws.call('cloudformation:DescribeStackResources', send)).StackResources ?? [];
  }

  async #destroy(): Promise<void> {
    if (await findStack(this.aws, this.names.stack)) await this.#destroyStack();
    rmSync(this.#assembly, { recursive: true, force: true });
    // The stack keeps its log group, because in an account that's in use the log is worth more than a tidy deletion.
    for (const logGroupNamePrefix of [`${this.names.stack}-`, `/aws/lambda/${this.names.stack}-`]) {
      const describe = () => this.aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
      const { logGroups = [] } = await this.aws.call('logs:DescribeLogGroups', describe);
      for (const { logGroupName } of logGroups)
        await removed(() => this.aws.logs.send(new DeleteLogGroupCommand({ logGroupName })));
    }
  }

  async #destroyStack(): Promise<void> {
    try {
      await this.#cdk.run(['destroy', '--force', '--app', this.#assembly, this.names.stack]);
    } catch {
      // An interrupted deployment may have left no assembly, or a stack that's still being made: CloudFormation deletes both.
      const { cloudFormation: client } = this.aws;
      await client.send(new DeleteStackCommand({ StackName: this.names.stack }));
      await waitUntilStackDeleteComplete({ client, maxWaitTime: DELETION_SECONDS }, { StackName: this.names.stack });
    }
  }
}
