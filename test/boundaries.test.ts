import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(__dirname, '..');

interface Import {
  readonly file: string;
  /** A package, or a path from the root. */
  readonly of: string;
}

function importsOf(folder: string): Import[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root })
    .filter((file) => !file.endsWith('.d.ts'))
    .flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /^(?:import|export|}).* from '([^']+)';$|\b(?:require|import)\('([^']+)'\)/gm,
        ),
      ].map(([, declared, called]) => {
        const of = declared ?? called ?? '';
        return { file, of: of.startsWith('.') ? relative(root, join(root, dirname(file), of)) : of };
      }),
    );
}

const outside = (folder: string, allowed: RegExp) => importsOf(folder).filter(({ of }) => !allowed.test(of));

describe('arrows point one way', () => {
  test('lambda/core imports itself and a hash function, and nothing else', () => {
    expect(outside('lambda/core', /^lambda\/core\/|^node:crypto$/)).toEqual([]);
  });

  test('lambda/core knows no clock, no environment, no network and no console', () => {
    const impure = /\b(process|console|fetch|setTimeout|setInterval|Date|Math\.random|performance)\b/;
    const code = (file: string) => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(globSync('lambda/core/*.ts', { cwd: root }).filter((file) => impure.test(code(file)))).toEqual([]);
  });

  test('lambda imports itself and the AWS SDK: no third-party code, nothing of the CDK', () => {
    expect(outside('lambda', /^lambda\/|^@aws-sdk\/client-(ecr|eventbridge)$|^node:/)).toEqual([]);
  });

  test('lambda/ecr and lambda/events stand beside each other on the core', () => {
    expect(outside('lambda/ecr', /^lambda\/(core|ecr)\/|^@aws-sdk\/client-ecr$/)).toEqual([]);
    expect(outside('lambda/events', /^lambda\/(core|events)\/|^@aws-sdk\/client-eventbridge$/)).toEqual([]);
  });

  test('lib imports the CDK and the names of the core', () => {
    expect(outside('lib', /^lib\/|^aws-cdk-lib(\/|$)|^constructs$|^node:|^lambda\/core\/names$/)).toEqual([]);
  });

  test('bin stands on lib, lambda and local; only the CDK app knows lib', () => {
    const allowed =
      /^(bin|lib|lambda|local)(\/|$)|^package\.json$|^aws-cdk-lib$|^node:|^@aws-sdk\/|^@smithy\/|^(commander|cli-table3|cli-progress)$/;
    expect(outside('bin', allowed)).toEqual([]);
    expect(
      importsOf('bin').filter(
        ({ file, of }) => /^(lib|aws-cdk-lib)/.test(of) && !/^bin\/(app|context)\.ts$/.test(file),
      ),
    ).toEqual([]);
  });

  test('local runs the built function; it does not import it', () => {
    expect(outside('local', /^local\/|^node:|^(cli-table3|commander|tar-stream)$/)).toEqual([]);
  });

  test('these checks see the imports they are about', () => {
    expect(importsOf('lambda/core').length).toBeGreaterThan(20);
    expect(importsOf('lib').map(({ of }) => of)).toContain('lambda/core/names');
  });
});
