const swc = ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }];

const shared = {
  // p-map is an ES module only, and Jest loads CommonJS.
  transform: { '^.+\\.ts$': swc, '/node_modules/p-map/': swc },
  transformIgnorePatterns: ['/node_modules/(?!p-map/)'],
  // The jsii build writes lib/*.js beside lib/*.ts; without this order Jest would test a stale build.
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  testEnvironment: 'node',
  // `npm run package` leaves a second package.json of the same name there.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

/** The pure tests answer in seconds, the infra ones synthesize, bundle and talk HTTP, and the experiments are short runs of what can run for hours. */
module.exports = {
  // Jest leaves one core idle, which on two is half of them.
  maxWorkers: '100%',
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/lambda/**/*.test.ts', '<rootDir>/test/*.test.ts'] },
    {
      ...shared,
      displayName: 'infra',
      testMatch: ['<rootDir>/test/{bin,examples,lib,local,scripts,service,support}/**/*.test.ts'],
      setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
    },
    { ...shared, displayName: 'experiments', testMatch: ['<rootDir>/test/experiments/**/*.test.ts'] },
  ],
  testTimeout: 60_000,
};
