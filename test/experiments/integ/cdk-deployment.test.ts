import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { App } from 'aws-cdk-lib';
import { OciImageRemediationStack } from '../../../lib';
import { Aws } from './aws';
import { CdkDeployment } from './cdk-deployment';
import { randomNames } from './names';

/** The stacks of the account: their states and descriptions, by name. */
let stacks: Readonly<Record<string, { readonly status: string; readonly description?: string }>> = {};
let server: Server;

const xmlOf = (names: readonly string[]): string =>
  `<DescribeStacksResponse><DescribeStacksResult><Stacks>${names
    .map((name) => {
      const { status = '', description = '' } = stacks[name] ?? {};
      return `<member><StackName>${name}</StackName><StackStatus>${status}</StackStatus><Description>${description}</Description><CreationTime>2026-11-01T00:00:00Z</CreationTime></member>`;
    })
    .join('')}</Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const missing = (name: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const name = new URLSearchParams(await text(request)).get('StackName');
    const isMissing = name !== null && !(name in stacks);
    response.writeHead(isMissing ? 400 : 200, { 'content-type': 'text/xml' });
    response.end(isMissing ? missing(name) : xmlOf(name === null ? Object.keys(stacks) : [name]));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const plan = (of: typeof stacks): Promise<readonly string[]> => {
  stacks = of;
  const aws = new Aws('eu-north-1', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return new CdkDeployment(aws, randomNames(), () => {}).plan('123456789012');
};
const BOOTSTRAPS = /bootstrap stack 'CDKToolkit', which isn't there yet/;

test('an account without the bootstrap stack gets it, and the person is told that it stays', async () => {
  const lines = (await plan({})).join();
  expect(lines).toMatch(BOOTSTRAPS);
  expect(lines).toContain('IT STAYS');
});

test('a bootstrap that was interrupted is done again', async () => {
  expect((await plan({ CDKToolkit: { status: 'REVIEW_IN_PROGRESS' } })).join()).toMatch(BOOTSTRAPS);
});

test('an account that has the bootstrap stack keeps it as it is', async () => {
  expect((await plan({ CDKToolkit: { status: 'UPDATE_COMPLETE' } })).join()).not.toMatch(BOOTSTRAPS);
});

test('where the service is deployed, whatever its stack is called, no second one is', async () => {
  const { description = '' } = new OciImageRemediationStack(new App(), 'Any').templateOptions;
  const others = {
    CDKToolkit: { status: 'CREATE_COMPLETE' },
    Other: { status: 'CREATE_COMPLETE', description: 'else' },
  };
  await expect(plan({ ...others, Ours: { status: 'CREATE_COMPLETE', description } })).rejects.toThrow("stack 'Ours'");
});
