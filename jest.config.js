const shared = {
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }] },
  // The jsii build writes lib/*.js beside lib/*.ts; without this order Jest would test a stale build.
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  testEnvironment: 'node',
};

/** Two projects: the pure tests answer in seconds; the others synthesize, bundle and talk HTTP. */
module.exports = {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/lambda/**/*.test.ts', '<rootDir>/test/*.test.ts'] },
    {
      ...shared,
      displayName: 'infra',
      testMatch: ['<rootDir>/test/{bin,lib,local,service}/**/*.test.ts'],
      setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
    },
  ],
  testTimeout: 60_000,
};
