import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { pushBlob, sha256, useEcr } from './support';

const { server, client } = useEcr(({ ecr }) => {
  ecr.createRepository('app');
  ecr.createRepository('other');
});

const MiB = 1024 * 1024;
const begin = async () => (await client.send(new InitiateLayerUploadCommand({ repositoryName: 'app' }))).uploadId;
const upload = (uploadId: string | undefined, partFirstByte: number, layerPartBlob: Uint8Array, more: object = {}) =>
  client.send(
    new UploadLayerPartCommand({
      repositoryName: 'app',
      uploadId,
      partFirstByte,
      partLastByte: partFirstByte + layerPartBlob.length - 1,
      layerPartBlob,
      ...more,
    }),
  );
const complete = (uploadId: string | undefined, digest: string) =>
  client.send(new CompleteLayerUploadCommand({ repositoryName: 'app', uploadId, layerDigests: [digest] }));

test('a layer arrives in parts of the size that is proposed', async () => {
  const bytes = Buffer.alloc(11 * MiB, 'layer');
  const digest = sha256(bytes);
  const { uploadId, partSize = 0 } = await client.send(new InitiateLayerUploadCommand({ repositoryName: 'app' }));
  expect(partSize).toBe(10 * MiB);
  expect((await upload(uploadId, 0, bytes.subarray(0, partSize))).lastByteReceived).toBe(partSize - 1);
  await upload(uploadId, partSize, bytes.subarray(partSize));
  expect((await complete(uploadId, digest)).layerDigest).toBe(digest);
  const layer = await fetch(`${server.endpoint}/blob-download/app/${digest}`);
  expect(sha256(new Uint8Array(await layer.arrayBuffer()))).toBe(digest);
});

test('BatchCheckLayerAvailability knows what the repository has', async () => {
  const digest = await pushBlob(server.endpoint, 'app', 'layer');
  const layerDigests = [digest, sha256('none'), 'bad'];
  const { layers, failures } = await client.send(
    new BatchCheckLayerAvailabilityCommand({ repositoryName: 'app', layerDigests }),
  );
  expect(layers).toEqual([
    { layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: 5 },
    { layerDigest: sha256('none'), layerAvailability: 'UNAVAILABLE' },
  ]);
  expect(failures).toMatchObject([{ layerDigest: 'bad', failureCode: 'InvalidLayerDigest' }]);
});

test.each([
  ['after a gap', 7, {}],
  ['of another length than its range', 3, { partLastByte: 9 }],
  ['again', 0, {}],
])('a part %s is refused, with what has arrived', async (_, first, more) => {
  const uploadId = await begin();
  await upload(uploadId, 0, Buffer.from('abc'));
  await expect(upload(uploadId, first, Buffer.from('def'), more)).rejects.toMatchObject({
    name: 'InvalidLayerPartException',
    lastValidByteReceived: 2,
  });
});

test('a part of more than 20,971,520 bytes is refused', async () => {
  const uploadId = await begin();
  const bytes = Buffer.alloc(20_971_521);
  await expect(upload(uploadId, 0, bytes)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await upload(uploadId, 0, bytes.subarray(1));
});

test('a layer that is empty, or in small parts, or of another digest, is refused', async () => {
  const empty = await begin();
  await expect(complete(empty, sha256(''))).rejects.toMatchObject({ name: 'EmptyUploadException' });
  const small = await begin();
  await upload(small, 0, Buffer.from('abc'));
  await upload(small, 3, Buffer.from('def'));
  await expect(complete(small, sha256('abcdef'))).rejects.toMatchObject({ name: 'LayerPartTooSmallException' });
  const wrong = await begin();
  await upload(wrong, 0, Buffer.from('abc'));
  await expect(complete(wrong, sha256('abd'))).rejects.toMatchObject({ name: 'InvalidLayerException' });
  await expect(complete(wrong, sha256('abc'))).rejects.toMatchObject({ name: 'UploadNotFoundException' });
});

test('a layer that is there already is an error of its own', async () => {
  const digest = await pushBlob(server.endpoint, 'app', 'abc');
  const uploadId = await begin();
  await upload(uploadId, 0, Buffer.from('abc'));
  await expect(complete(uploadId, digest)).rejects.toMatchObject({ name: 'LayerAlreadyExistsException' });
});

test('an upload belongs to one repository', async () => {
  const uploadId = await begin();
  const elsewhere = upload(uploadId, 0, Buffer.from('abc'), { repositoryName: 'other' });
  await expect(elsewhere).rejects.toMatchObject({ name: 'UploadNotFoundException' });
});

test('a key that cannot be used begins no upload', async () => {
  server.ecr.setKeyUsable('app', false);
  await expect(begin()).rejects.toMatchObject({ name: 'KmsException' });
});

test('a download goes on from a byte', async () => {
  const digest = await pushBlob(server.endpoint, 'app', 'abcdef');
  const get = (range: string) =>
    fetch(`${server.endpoint}/blob-download/app/${digest}`, { headers: { range: `bytes=${range}` } });
  const rest = await get('4-');
  expect([rest.status, rest.headers.get('content-range'), await rest.text()]).toEqual([206, 'bytes 4-5/6', 'ef']);
  expect(await (await get('0-')).text()).toBe('abcdef');
});
