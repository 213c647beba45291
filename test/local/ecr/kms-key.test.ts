import { BatchGetImageCommand, PutImageCommand } from '@aws-sdk/client-ecr';
import { ACCEPT_ALL, manifest, pushImage, useEcr } from './support';

const { server, client } = useEcr(({ endpoint }) => pushImage(endpoint, 'app', 'a', { tag: 'v1' }));

const put = () =>
  client.send(new PutImageCommand({ repositoryName: 'app', imageManifest: manifest('a'), imageTag: 'v2' }));
const read = () =>
  client.send(
    new BatchGetImageCommand({
      repositoryName: 'app',
      imageIds: [{ imageTag: 'v1' }],
      acceptedMediaTypes: ACCEPT_ALL,
    }),
  );

test('without its KMS key, a repository takes nothing and gives nothing', async () => {
  server.ecr.setKeyUsable('app', false);
  await expect(put()).rejects.toMatchObject({ name: 'KmsException', kmsError: 'DisabledException' });
  expect(await read()).toMatchObject({ images: [], failures: [{ failureCode: 'KmsError' }] });
  expect([...server.ecr.tags('app').keys()]).toEqual(['v1']);
  server.ecr.setKeyUsable('app', true);
  await put();
  expect((await read()).images).toHaveLength(1);
});
