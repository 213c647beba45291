import { RepositoryNotFound, TransientFailure } from '../../../lambda/core/errors';

test('errors have names that a log can be searched for, and say what is wrong', () => {
  const gone = new RepositoryNotFound('team/app');
  expect([gone.name, gone.message, gone.repository]).toEqual([
    'RepositoryNotFound',
    'repository team/app does not exist',
    'team/app',
  ]);
  expect(new TransientFailure('later').name).toBe('TransientFailure');
});
