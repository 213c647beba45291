import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  GetAuthorizationTokenCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { useEcr } from './support';

const { server, client } = useEcr();
const create = (repositoryName: string) =>
  client.send(new CreateRepositoryCommand({ repositoryName, tags: [{ Key: 'team', Value: 'ml' }] }));
const remove = (repositoryName: string, force?: boolean) =>
  client.send(new DeleteRepositoryCommand({ repositoryName, ...(force === undefined ? {} : { force }) }));

test('a repository is created once, with its resource tags', async () => {
  const { repository } = await create('team/app');
  expect(repository).toMatchObject({ repositoryName: 'team/app', registryId: '123456789012' });
  const resourceArn = `${repository?.repositoryArn}`;
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(tags).toEqual([{ Key: 'team', Value: 'ml' }]);
  await expect(create('team/app')).rejects.toMatchObject({ name: 'RepositoryAlreadyExistsException' });
});

test('a repository with images is deleted only by force', async () => {
  await server.registry.push('team/app', 'v1', await dockerDesktopImage());
  await expect(remove('team/app')).rejects.toMatchObject({ name: 'RepositoryNotEmptyException' });
  await remove('team/app', true);
  await expect(remove('team/app', true)).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
});

test('an authorization token is for the registry at the same address', async () => {
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  expect(authorizationData).toMatchObject([{ proxyEndpoint: server.endpoint }]);
  expect(authorizationData?.[0]?.expiresAt?.getTime()).toBeGreaterThan(Date.now());
});
