import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LocalAccount } from '../../../local';

const directory = mkdtempSync(join(tmpdir(), 'stack-'));
let account: LocalAccount;
afterEach(() => account?.stop());
afterAll(() => rmSync(directory, { recursive: true }));

/** Answers what the property `Answers` says for the type of the request. */
const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Handler: 'index.handler',
    Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
    Role: 'arn:aws:iam::123456789012:role/custom',
    Timeout: 5,
    Code: {
      ZipFile: `exports.handler = async (event) => {
  console.log('GOT' + JSON.stringify(event));
  const answer = JSON.parse(event.ResourceProperties.Answers ?? '{}')[event.RequestType] ?? {};
  if (answer === 'silence') return;
  if (answer === 'error') throw new Error('broken');
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = LogicalResourceId + '-1', ResponseURL } = event;
  const all = { Status: 'SUCCESS', PhysicalResourceId, StackId, RequestId, LogicalResourceId, ...answer };
  const body = answer.text ?? new TextEncoder().encode(JSON.stringify(all));
  const { status } = await fetch(ResponseURL, { method: 'PUT', body });
  if (status !== 200) console.log('HTTP ' + status);
};`,
    },
  },
};

type Answers = Readonly<Record<string, object | string>>;
const custom = (answers: Answers = {}, properties: object = {}, more: object = {}) => ({
  Type: 'Custom::Thing',
  Properties: {
    ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] },
    ServiceTimeout: 600,
    Answers: JSON.stringify(answers),
    ...properties,
  },
  ...more,
});

let templates = 0;
function template(resources: object): string {
  templates += 1;
  // The name of the stack is that of the file.
  const path = join(directory, String(templates), 'stack.json');
  mkdirSync(dirname(path));
  writeFileSync(path, JSON.stringify({ Resources: { ...resources, Function: FUNCTION } }));
  return path;
}

async function deploy(resources: object) {
  account = await LocalAccount.start({ assembly: template(resources), clock: 'skipping' });
  return account.deploy();
}
const update = (resources: object) => account.deploy(template(resources));

interface Got {
  readonly RequestType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}
/** What the function got, in order. */
const got = (): Got[] => {
  const lines = account.logs.flatMap(({ line }) => /GOT(.*)$/.exec(line)?.[1] ?? []);
  return lines.map((line) => JSON.parse(line));
};
const requests = () =>
  got().map(({ RequestType, LogicalResourceId, PhysicalResourceId = 'new' }) =>
    [RequestType, LogicalResourceId, PhysicalResourceId].join(' '),
  );

describe('creation', () => {
  test('is in the order of dependencies; Ref is the physical id, GetAtt an attribute, and numbers are text', async () => {
    const { status } = await deploy({
      Last: custom({}, { Of: { Ref: 'First' }, Value: { 'Fn::Sub': `$${'{First.Value}!'}` }, Number: 5, List: [true] }),
      Middle: { Type: 'AWS::SNS::Topic', DependsOn: 'First' },
      First: custom({ Create: { PhysicalResourceId: 'first', Data: { Value: 'v' } } }),
      Other: custom({}, {}, { DependsOn: ['Middle'] }),
    });
    expect(status).toBe('CREATE_COMPLETE');
    expect(requests()).toEqual(['Create First new', 'Create Last new', 'Create Other new']);
    expect(got()[1]?.ResourceProperties).toMatchObject({ Of: 'first', Value: 'v!', Number: '5', List: ['true'] });
  });

  test('a failure undoes what was created, the failed resource too, in reverse order', async () => {
    const result = await deploy({
      One: custom(),
      Two: custom({ Create: { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'two' } }, {}, { DependsOn: 'One' }),
    });
    expect(result).toEqual({
      status: 'ROLLBACK_COMPLETE',
      reason: 'Two: Received response status [FAILED] from custom resource. Message returned: no',
    });
    expect(requests()).toEqual(['Create One new', 'Create Two new', 'Delete Two two', 'Delete One One-1']);
  });

  test.each<[string, Answers, string]>([
    ['is too long', { Create: { Data: { Value: 'x'.repeat(5_000) } } }, 'Response object is too long.'],
    ['has no physical id', { Create: { PhysicalResourceId: '' } }, 'Invalid PhysicalResourceId'],
    ['is for another request', { Create: { RequestId: 'x' } }, 'Invalid response object: RequestId is "x"'],
    ['has no reason', { Create: { Status: 'FAILED' } }, 'Invalid Reason'],
    ['has no status', { Create: { Status: 'OK' } }, 'Invalid Status: "OK"'],
    ['never comes', { Create: 'silence' }, 'CloudFormation did not receive a response from your Custom Resource.'],
    [
      'has a content type, which is not signed',
      { Create: { text: '{}' } },
      'CloudFormation did not receive a response',
    ],
  ])('fails if the answer %s', async (_, answers, reason) => {
    const result = await deploy({ One: custom(answers) });
    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(result.reason).toContain(reason);
    expect(account.logs.some(({ line }) => line.includes('HTTP 403'))).toBe('text' in Object(answers.Create));
  });

  test('an error of the function is tried twice again, then CloudFormation waits for the rest of its time', async () => {
    const began = Date.now();
    const { status } = await deploy({ One: custom({ Create: 'error' }) });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(requests()).toEqual(['Create One new', 'Create One new', 'Create One new']);
    // 600 seconds, on the clock of the account, which the function has too.
    expect(Date.now() - began).toBeLessThan(30_000);
  });
});

describe('an update', () => {
  test('asks only for what has changed, with the old properties', async () => {
    await deploy({ One: custom({}, { Size: 1 }), Two: custom() });
    expect((await update({ One: custom({}, { Size: 2 }), Two: custom() })).status).toBe('UPDATE_COMPLETE');
    expect(requests().slice(2)).toEqual(['Update One One-1']);
    expect(got()[2]).toMatchObject({ ResourceProperties: { Size: '2' }, OldResourceProperties: { Size: '1' } });
  });

  test('deletes what it replaced, and what the template no longer has, unless it is retained', async () => {
    const replacing = { Update: { PhysicalResourceId: 'new' } };
    const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    await deploy({ One: custom(), Kept: custom({}, {}, retained), Gone: custom(), Left: custom({}, {}, retained) });
    await update({ One: custom(replacing), Kept: custom(replacing, {}, retained) });
    expect(requests().slice(4)).toEqual([
      'Update One One-1',
      'Update Kept Kept-1',
      'Delete One One-1',
      'Delete Gone Gone-1',
    ]);
  });

  test('that fails goes back: the resource gets its old properties, and what replaced it is deleted', async () => {
    await deploy({ One: custom({ Update: { PhysicalResourceId: 'One-1' } }, { Size: 1 }) });
    const result = await update({
      One: custom({ Update: { PhysicalResourceId: 'One-2' } }, { Size: 2 }),
      Two: custom({ Create: { Status: 'FAILED', Reason: 'no' } }, {}, { DependsOn: 'One' }),
    });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests().slice(1)).toEqual([
      'Update One One-1',
      'Create Two new',
      'Delete Two Two-1',
      'Update One One-2',
      'Delete One One-2',
    ]);
    expect(got()[4]).toMatchObject({ ResourceProperties: { Size: '1' }, OldResourceProperties: { Size: '2' } });
    expect(account.template.resources.map(({ logicalId }) => logicalId)).toEqual(['One', 'Function']);
  });
});

describe('a deletion', () => {
  test('is in reverse order, and ends at what fails', async () => {
    await deploy({ One: custom(), Two: custom({ Delete: { Status: 'FAILED', Reason: 'in use' } }), Three: custom() });
    expect(await account.stack.delete()).toEqual({ status: 'DELETE_FAILED', reason: 'in use' });
    expect(requests().slice(3)).toEqual(['Delete Three Three-1', 'Delete Two Two-1']);
  });
});

test('what refers to a custom resource is unknown before the deployment', async () => {
  account = await LocalAccount.start({
    assembly: template({
      One: custom(),
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'One' } } },
    }),
  });
  const topic = account.template.resources.find(({ logicalId }) => logicalId === 'Topic');
  expect(() => topic?.get('TopicName')).toThrow('the custom resource One is not deployed; call deploy() first');
});
