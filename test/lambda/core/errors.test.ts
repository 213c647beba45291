import { RegistryRefusal, RepositoryNotFound, TransientFailure } from '../../../lambda/core/errors';

test('errors have names that a log can be searched for, and say what is wrong', () => {
  const gone = new RepositoryNotFound('team/app');
  expect([gone.name, gone.message, gone.repository]).toEqual([
    'RepositoryNotFound',
    'repository team/app does not exist',
    'team/app',
  ]);
  const refusal = new RegistryRefusal('kms-key', 'the key is disabled');
  expect([refusal.name, refusal.message]).toEqual(['RegistryRefusal', 'the key is disabled']);
  expect(new TransientFailure('later').name).toBe('TransientFailure');
});
