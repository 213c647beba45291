import { randomUUID } from 'node:crypto';
import { globSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchGetImageCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LocalAccount, type LocalAccountOptions } from '../../../local/account/account';
import { AwsError } from '../../../local/aws/error';
import { totalMetrics } from '../../support/metrics';
import { changedProbe, PROBE, probeEvent } from '../../support/probe';
import { pushBlob } from '../ecr/support';

let account: LocalAccount;
let lines: string[] = [];
let onLine: () => void = () => {};

async function start(options: Partial<LocalAccountOptions> = {}): Promise<LocalAccount> {
  lines = [];
  const log = (line: string) => {
    lines.push(line);
    onLine();
  };
  account = await LocalAccount.start({ assembly: PROBE, clock: 'skipping', log, ...options });
  return account;
}

/** Resolves when the account has logged a line with this text. */
async function logged(text: string): Promise<void> {
  while (!lines.some((line) => line.includes(text))) {
    await new Promise<void>((resolve) => {
      onLine = resolve;
    });
  }
}

const put = (task: object) => account.bus.put(probeEvent({ ...task }));
const client = () => ({
  region: 'eu-north-1',
  endpoint: account.endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});

afterEach(async () => {
  await account.stop();
});

describe('an event', () => {
  test('reaches the function, whose lines and metrics are kept', async () => {
    await start();
    put({ do: 'emf', value: 2 });
    put({ do: 'emf', value: 3 });
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
    expect(account.function().processes).toBe(1);
  });

  test('comes back after a partial failure, without a wait for the visibility timeout', async () => {
    await start();
    put({ do: 'report twice' });
    put({ do: 'succeed' });
    await account.settle();
    expect(lines.filter((line) => line.includes('was reported as failed and stays in the queue'))).toHaveLength(2);
    expect(account.deadLetters()).toEqual([]);
  });

  test('comes back after the process died', async () => {
    await start();
    put({ do: 'exit once' });
    await account.settle();
    expect(lines).toContainEqual(expect.stringContaining('Runtime exited with error: exit status 3'));
    expect(account.deadLetters()).toEqual([]);
  });

  test('ends as a dead letter with its source, and can be sent back', async () => {
    await start();
    put({ do: 'throw' });
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
    expect(account.logs.filter(({ line }) => line.includes('thrown on request'))).toHaveLength(6);
  });

  test('that a rule cannot deliver is a dead letter of the rule', async () => {
    await start();
    account.bus.put(probeEvent({}, 'not-allowed'));
    await account.settle();
    const [letter, ...more] = account.deadLetters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ queue: 'RuleDeadLetters5E', attributes: { ERROR_CODE: 'NO_PERMISSIONS' } });
    expect(letter?.source).toBeUndefined();
  });

  test('of a schedule arrives too', async () => {
    await start();
    account.bus.fire('Daily');
    await account.settle();
    expect(account.function().processes).toBe(1);
    expect(account.queue('Pushes2B').messages).toEqual([]);
  });
});

describe('over HTTP', () => {
  test('the function puts an event with the real SDK, and gets it', async () => {
    await start();
    put({ do: 'put event', next: 'succeed' });
    await account.settle();
    expect(account.calls).toEqual([{ service: 'events', operation: 'PutEvents' }]);
    expect(account.bus.events.map(({ detail }) => detail.do)).toEqual(['put event', 'succeed']);
    expect(account.queue('Pushes2B').messages).toEqual([]);
    expect(account.deadLetters()).toEqual([]);
  });

  test('a function that is killed during a request gets its messages again', async () => {
    let kills = 0;
    await start({
      beforeCall: () => {
        if (kills === 0) kills = account.function().kill();
      },
    });
    account.ecr.createRepository('team/app');
    put({ do: 'read image' });
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
    const output = await events.send(new PutEventsCommand({ Entries: [entry, { ...entry, Detail: '{' }] }));
    expect(output.FailedEntryCount).toBe(1);
    expect(output.Entries?.[0]?.EventId).toBe(account.bus.events[0]?.id);
    expect(output.Entries?.[1]?.ErrorCode).toBe('MalformedDetail');
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

  test('beforeCall can make a call fail', async () => {
    await start({
      beforeCall: () => {
        throw new AwsError('ThrottlingException', 'Rate exceeded');
      },
    });
    const ecr = new ECRClient(client());
    const putImage = new PutImageCommand({ repositoryName: 'a', imageManifest: '{}' });
    await expect(ecr.send(putImage)).rejects.toMatchObject({ name: 'ThrottlingException' });
    ecr.destroy();
    await account.settle();
  });

  test('a call that is never answered lasts until the function is out of time, and the next try is answered', async () => {
    const assembly = changedProbe({ Function2F: { Timeout: 2 } });
    let calls = 0;
    await start({ assembly, beforeCall: (_, wire) => (++calls === 1 ? wire.hang() : undefined) });
    account.ecr.createRepository('team/app');
    put({ do: 'read image' });
    await account.settle();
    rmSync(assembly, { recursive: true });
    expect(calls).toBe(2);
    expect(lines.filter((line) => line.includes('Task timed out after 2.00 seconds'))).toHaveLength(2);
    expect(account.deadLetters()).toEqual([]);
  });

  test('anything else is answered with 404 and what there is', async () => {
    await start();
    const response = await fetch(`${account.endpoint}/nothing`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      message:
        "the local account doesn't serve GET /nothing; it serves ECR (AWS API and /v2/) and EventBridge PutEvents",
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

  test('a busy account says what it is doing', async () => {
    await start();
    put({ do: 'hang' });
    await logged('hanging');
    await expect(account.settle({ timeoutMs: 5 })).rejects.toThrow(
      'not settled after 5 ms; still to do:\n- invocation with 1 messages of Pushes2B',
    );
    expect(account.function('Function2F').kill()).toBe(1);
  });
});

describe('starting and stopping', () => {
  test('stop ends processes, closes the port and removes the data, even during an invocation', async () => {
    await start();
    put({ do: 'hang' });
    await logged('hanging');
    expect(account.function().processes).toBe(1);
    const host = account.function();
    const digest = await pushBlob(account.endpoint, 'app', randomUUID());
    const onDisk = () => globSync(join(tmpdir(), 'local-account-*', 'blobs', 'sha256', digest.slice('sha256:'.length)));
    expect(onDisk()).toHaveLength(1);
    await account.stop();
    expect(onDisk()).toEqual([]);
    expect(host.processes).toBe(0);
    await expect(fetch(account.endpoint)).rejects.toThrow('fetch failed');
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
    await expect(LocalAccount.start({ assembly: PROBE, port })).rejects.toThrow(
      `Port ${port} is in use. Choose another, or 0 for any free one.`,
    );
  });
});
