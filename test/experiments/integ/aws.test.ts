import { Aws, Unavailable } from './aws';

const ofService = (name: string, fault = 'client') =>
  Object.assign(new Error('an answer'), { name, $fault: fault, $metadata: {} });
const pageOfHtml = Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 500 } });
const noNetwork = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', $metadata: {} });

const thrownBy = async (aws: Aws, error: Error): Promise<unknown> => {
  const failing = () => Promise.reject(error);
  return aws.ask('ecr:PutImage', 'of v1', failing).catch((thrown: unknown) => thrown);
};

const amazon = new Aws('eu-north-1');
const emulator = new Aws('eu-north-1', 'http://127.0.0.1:1');

test.each([
  ['a page of HTML', pageOfHtml],
  ['an error without a name', ofService('Unknown')],
  ['an unknown operation', ofService('UnknownOperationException')],
])('%s means that an emulator lacks the operation', async (_, error) => {
  expect(await thrownBy(emulator, error)).toBeInstanceOf(Unavailable);
});

test('AWS lacks nothing: what cannot be read is an error', async () => {
  expect(await thrownBy(amazon, pageOfHtml)).toBe(pageOfHtml);
});

test('a refusal is an answer, and evidence', async () => {
  expect(await thrownBy(amazon, ofService('AccessDeniedException'))).toEqual({
    kind: 'refused',
    error: 'AccessDeniedException',
    message: 'an answer',
  });
  expect(amazon.evidence).toEqual(['ecr:PutImage of v1: AccessDeniedException: an answer']);
});

test.each([
  ['a network that is down', noNetwork],
  ['a throttled call', ofService('ThrottlingException')],
  ["a fault of the service's own", ofService('ServerException', 'server')],
])('%s is no answer', async (_, error) => {
  expect(await thrownBy(emulator, error)).toBe(error);
});
