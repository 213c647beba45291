import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BatchGetImageCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LocalAccount, type LocalAccountOptions } from '../../../local/account/account';
import { AwsError } from '../../../local/aws/error';
import { totalMetrics } from '../../support/metrics';
import { changedProbe, PROBE, probeEvent } from '../../support/probe';

let account: LocalAccount;
let lines: string[] = [];

async function start(options: Partial<LocalAccountOptions> = {}): Promise<LocalAccount> {
  lines = [];
  const log = (line: string) => void lines.push(line);
  account = await LocalAccount.start({ assembly: PROBE, clock: 'skipping', log, ...options });
  return account;
}

const tell = (task: object) => account.bus.put(probeEvent({ ...task }));
const client = () => ({
  region: 'eu-north-1',
  endpoint: account.endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});
const done = () => account.function().processes;

afterEach(async () => {
  await account.stop();
});

describe('an event on its way', () => {
  test('reaches the function, whose lines and metrics are kept', async () => {
    await start();
    tell({ do: 'emf', value: 2 });
    tell({ do: 'emf', value: 3 });
    await account.settle();
    expect(totalMetrics(account.logs.map(({ line }) => line))).toEqual([
      {
        namespace: 'Probe',
        name: 'Converted',
        unit: 'Count',
        dimensions: { FunctionName: 'Probe-Function2F' },
        sum: 5,
        count: 2,
      },
    ]);
    expect(account.queue('Pushes2B').messages).toEqual([]);
    expect(account.deadLetters()).toEqual([]);
    expect(done()).toBe(1);
  });

  test('comes back after a partial failure, without a sleep', async () => {
    await start();
    const before = Date.now();
    tell({ do: 'report twice' });
    tell({ do: 'succeed' });
    await account.settle();
    expect(lines.filter((line) => line.includes('was reported as failed and stays in the queue'))).toHaveLength(2);
    expect(account.deadLetters()).toEqual([]);
    expect(Date.now() - before).toBeLessThan(15_000);
  });

  test('comes back after the process died', async () => {
    await start();
    tell({ do: 'exit once' });
    await account.settle();
    expect(lines).toContainEqual(expect.stringContaining('Runtime exited with error: exit status 3'));
    expect(account.deadLetters()).toEqual([]);
  });

  test('ends as a dead letter with its source, and can be sent back', async () => {
    await start();
    tell({ do: 'throw' });
    await account.settle();
    expect(account.deadLetters()).toEqual([
      expect.objectContaining({
        queue: 'PushesDeadLetters1A',
        source: 'Pushes2B',
        receiveCount: 3,
        body: JSON.stringify(probeEvent({ do: 'throw' })),
      }),
    ]);
    expect(account.redrive()).toBe(1);
    expect(account.deadLetters()).toEqual([]);
    await account.settle();
    expect(account.deadLetters()).toHaveLength(1);
    expect(account.logs.filter(({ line }) => line.includes('told to throw'))).toHaveLength(6);
  });

  test('that a rule could not deliver is a dead letter of the rule', async () => {
    await start();
    account.bus.put(probeEvent({}, 'not-allowed'));
    await account.settle();
    const [letter, ...more] = account.deadLetters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ queue: 'RuleDeadLetters5E', attributes: { ERROR_CODE: 'NO_PERMISSIONS' } });
    expect(letter?.source).toBeUndefined();
  });

  test('that a schedule sent arrives too', async () => {
    await start();
    account.bus.fire('Daily');
    await account.settle();
    expect(done()).toBe(1);
    expect(account.queue('Pushes2B').messages).toEqual([]);
  });
});

describe('over HTTP', () => {
  test('the function puts an event with the real SDK, and gets it', async () => {
    await start();
    tell({ do: 'put event', next: 'succeed' });
    await account.settle();
    expect(account.calls).toEqual([{ service: 'events', operation: 'PutEvents' }]);
    expect(account.bus.events.map(({ detail }) => detail.do)).toEqual(['put event', 'succeed']);
    expect(account.queue('Pushes2B').messages).toEqual([]);
    expect(account.deadLetters()).toEqual([]);
  });

  test('a function that is killed in the middle of a request tries again', async () => {
    let kills = 0;
    await start({
      beforeCall: () => {
        if (kills === 0) kills = account.function().kill();
      },
    });
    account.ecr.createRepository('team/app');
    tell({ do: 'read image' });
    await account.settle();
    expect(kills).toBe(1);
    expect(lines).toContainEqual(expect.stringContaining('Runtime exited with error: signal: killed'));
    expect(account.calls.map(({ operation }) => operation)).toEqual(['BatchGetImage', 'BatchGetImage']);
    expect(account.queue('Pushes2B').messages).toEqual([]);
    expect(account.deadLetters()).toEqual([]);
  });

  test('ECR and EventBridge answer on one port; their calls are in order', async () => {
    await start();
    account.ecr.createRepository('team/app');
    const ecr = new ECRClient(client());
    const events = new EventBridgeClient(client());
    const images = await ecr.send(
      new BatchGetImageCommand({ repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] }),
    );
    expect(images.failures).toHaveLength(1);
    const entry = { Source: 'probe', DetailType: 'Probe', Detail: '{"image-tag":"x","do":"succeed"}' };
    const put = await events.send(new PutEventsCommand({ Entries: [entry, { ...entry, Detail: '{' }] }));
    expect(put.FailedEntryCount).toBe(1);
    expect(put.Entries?.[0]?.EventId).toBe(account.bus.events[0]?.id);
    expect(put.Entries?.[1]?.ErrorCode).toBe('MalformedDetail');
    await expect(events.send(new PutEventsCommand({ Entries: [] }))).rejects.toThrow('greater than or equal to 1');
    expect(account.calls).toEqual([
      { service: 'ecr', operation: 'BatchGetImage', repository: 'team/app', tag: 'v1' },
      { service: 'events', operation: 'PutEvents' },
      { service: 'events', operation: 'PutEvents' },
    ]);
    await account.settle();
    ecr.destroy();
    events.destroy();
  });

  test('a fault in ECR can be played', async () => {
    await start({
      beforeCall: () => {
        throw new AwsError('ThrottlingException', 'Rate exceeded');
      },
    });
    const ecr = new ECRClient(client());
    const put = new PutImageCommand({ repositoryName: 'a', imageManifest: '{}' });
    await expect(ecr.send(put)).rejects.toMatchObject({ name: 'ThrottlingException' });
    ecr.destroy();
    await account.settle();
  });

  test('anything else is 404 and says what there is', async () => {
    await start();
    const response = await fetch(`${account.endpoint}/nothing`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      message: 'the local account has no GET /nothing: it serves ECR (JSON API and /v2/) and EventBridge PutEvents',
    });
    const unknown = await fetch(account.endpoint, {
      method: 'POST',
      headers: { 'X-Amz-Target': 'AWSEvents.PutRule' },
      body: '{}',
    });
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ __type: 'UnknownOperationException' });
    expect((await fetch(`http://${account.registryHost}/v2/`)).status).not.toBe(404);
  });
});

describe('settling', () => {
  test('an idle account is settled at once', async () => {
    await start({ clock: 'real' });
    await expect(account.settle({ timeoutMs: 10 })).resolves.toBeUndefined();
  });

  test('a late one says what it is doing, and may settle later', async () => {
    await start();
    tell({ do: 'hang' });
    const late = account.settle({ timeoutMs: 1_500 });
    await expect(late).rejects.toThrow(
      'not settled after 1500 ms; still to do:\n- invocation with 1 messages of Pushes2B',
    );
    expect(account.function('Function2F').kill()).toBe(1);
  });

  test('with the real clock it waits for the visibility timeout, and says so', async () => {
    await start({ clock: 'real' });
    tell({ do: 'report' });
    const late = account.settle({ timeoutMs: 3_000 });
    await expect(late).rejects.toThrow(/Pushes2B: 1 messages wait for their visibility timeout \(in 5\d\.\d s\)/);
  });
});

describe('starting and stopping', () => {
  test('stop ends processes, closes the port and removes the data, in the middle of work', async () => {
    await start();
    tell({ do: 'hang' });
    await expect(account.settle({ timeoutMs: 1_500 })).rejects.toThrow('still to do');
    expect(account.function().processes).toBe(1);
    const host = account.function();
    await account.stop();
    expect(host.processes).toBe(0);
    await expect(fetch(account.endpoint)).rejects.toThrow('fetch failed');
  });

  test('a given data directory is kept', async () => {
    const directory = changedProbe({});
    const dataDirectory = join(directory, 'data');
    await start({ dataDirectory });
    await account.stop();
    expect(existsSync(join(dataDirectory, 'blobs'))).toBe(true);
    rmSync(directory, { recursive: true });
  });

  test('a mapping whose queue hides messages for less than the function may take is refused, as by Lambda', async () => {
    await start();
    const assembly = changedProbe({ Pushes2B: { VisibilityTimeout: 19 } });
    const refused = LocalAccount.start({ assembly });
    await expect(refused).rejects.toThrow(
      "the queue's visibility timeout (19 s) is less than the function's timeout (20 s)",
    );
    rmSync(assembly, { recursive: true });
  });

  test('a port that is taken is an error', async () => {
    await start();
    const port = Number(new URL(account.endpoint).port);
    await expect(LocalAccount.start({ assembly: PROBE, port })).rejects.toThrow('EADDRINUSE');
  });
});
