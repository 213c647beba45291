import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { templateIn } from '../examples/templates';
import { Consumer, PATH, type Ran } from './consumer';

const folder = join(__dirname, '../../examples/typescript');

let app: Consumer;
beforeAll(() => {
  app = new Consumer('cdk-ecr-oci-remediation');
  app.install(['aws-cdk', 'aws-cdk-lib', 'constructs', 'tsx', 'typescript']);
  // Below the packages that they share.
  const isSource = (path: string) => !/node_modules|cdk\.out/.test(path);
  cpSync(folder, join(app.directory, 'examples'), { recursive: true, filter: isSource });
});
afterAll(() => app.remove());

const run = (example: string, command: string, ...args: readonly string[]): Promise<Ran> =>
  app.run(command, args, { cwd: join(app.directory, 'examples', example), path: PATH });

test.each(readdirSync(folder))('examples/typescript/%s type-checks against the package', async (example) => {
  expect(await run(example, 'tsc')).toEqual({ code: 0, stdout: '', stderr: '' });
});

// The others are synthesized in test/examples.
test('the CDK CLI synthesizes examples/typescript/full with the package', async () => {
  const { code, stderr } = await run('full', 'cdk', 'synth', '--quiet');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  templateIn(join(app.directory, 'examples/full/cdk.out')).resourceCountIs('AWS::Lambda::Function', 2);
}, 180_000);
