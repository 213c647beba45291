import { readBatchResponse } from '../../../local/lambda/batch-response';

const read = (response: unknown) => readBatchResponse(response, ['a', 'b']);
const failures = (...batchItemFailures: readonly unknown[]) => ({ batchItemFailures });

test.each([[undefined], [null], [{}], [{ batchItemFailures: null }], [failures()], [{ other: 1 }]])(
  '%j is a success',
  (response) => {
    expect(read(response)).toEqual({ kind: 'success' });
  },
);

test('only the reported messages fail', () => {
  expect(read(failures({ itemIdentifier: 'b' }))).toEqual({ kind: 'partial', failed: new Set(['b']) });
});

test.each<readonly [unknown, string]>([
  ['text', 'the response is not an object: "text"'],
  [true, 'the response is not an object: true'],
  [[], 'the response is not an object: []'],
  [{ batchItemFailures: 'a' }, 'batchItemFailures is not a list: "a"'],
  [failures({ itemIdentifier: '' }), 'names no message of the batch: {"itemIdentifier":""}'],
  [failures({ itemIdentifier: null }), 'names no message'],
  [failures({ messageId: 'a' }), 'names no message'],
  [failures({ itemIdentifier: 'c' }), 'names no message'],
  [failures({ itemIdentifier: 'a' }, 'b'), 'names no message of the batch: "b"'],
])('%j fails the whole batch', (response, reason) => {
  expect(read(response)).toEqual({ kind: 'failure', reason: expect.stringContaining(reason) });
});
