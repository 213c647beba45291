import { captureLines } from '../support/fake-service';

const environment = {
  COMPANION_TAG_SUFFIX: '-dockerv2',
  PLATFORMS: 'linux/amd64',
  COMPANION_FOR: 'oci-images',
  UNCOMPRESSED_LAYERS: 'refuse',
  EVENT_BUS_NAME: 'default',
  PUT_IMAGES_PER_SECOND: '2',
  AUDIT_PUT_IMAGES_PER_SECOND: '1',
  REPOSITORIES: '*',
  ACCOUNT_ID: '123456789012',
  PARTITION: 'aws',
  URL_SUFFIX: 'amazonaws.com',
  AUDIT_WINDOW_DAYS: '7',
  AWS_LAMBDA_FUNCTION_NAME: 'remediate',
  AWS_REGION: 'eu-north-1',
};
const before = { ...process.env };
beforeEach(() => {
  jest.resetModules();
});
afterEach(() => {
  process.env = { ...before };
});

const lines = captureLines();

test('handles each message of a batch, configured by the environment', async () => {
  Object.assign(process.env, environment);
  const { handler } = await import('../../lambda/remediate');
  const Records = [{ messageId: 'message-0', body: 'not an event' }];
  expect(await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(lines.metrics()).toMatchObject([{ FunctionName: 'remediate', Failed: 1 }]);
});

test('so does the function that recompresses', async () => {
  Object.assign(process.env, environment, { METRIC_FUNCTION_NAME: 'first', MAX_RECOMPRESSED_LAYER_BYTES: '1000' });
  const { handler } = await import('../../lambda/recompress');
  const Records = [{ messageId: 'message-0', body: 'not an event' }];
  expect(await handler({ Records }, { getRemainingTimeInMillis: () => 900_000 })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(lines.metrics()).toMatchObject([{ FunctionName: 'first', Failed: 1 }]);
});

test('does not start without its configuration', async () => {
  await expect(import('../../lambda/remediate')).rejects.toThrow('environment variable ACCOUNT_ID is not set');
});
