const {
  projects: [shared],
} = require('../../jest.config.js');

/** Apart from the other tests, because these need the packages that `npm run package` makes, and a registry. */
module.exports = {
  ...shared,
  displayName: 'packages',
  rootDir: '../..',
  testMatch: ['<rootDir>/test/packages/*.test.ts'],
  testTimeout: 60_000,
  maxWorkers: '100%',
};
