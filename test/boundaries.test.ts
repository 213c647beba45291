import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(__dirname, '..');

interface Import {
  readonly file: string;
  /** A package, or a path from the root. */
  readonly of: string;
}

const sourcesIn = (folder: string) =>
  globSync(`${folder}/**/*.ts`, { cwd: root }).filter((file) => !file.endsWith('.d.ts'));

const importsIn = (file: string): Import[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export|}).* from '([^']+)';$|\b(?:require|import)\('([^']+)'\)/gm,
    ),
  ].map(([, declared, called]) => {
    const of = declared ?? called ?? '';
    return { file, of: of.startsWith('.') ? relative(root, join(root, dirname(file), of)) : of };
  });

const importsOf = (folder: string): Import[] => sourcesIn(folder).flatMap(importsIn);

const outside = (folder: string, allowed: RegExp) => importsOf(folder).filter(({ of }) => !allowed.test(of));

/** Every way back to a file that its own imports lead to, as `a -> b -> a`; type-only imports count. */
function cyclesAmong(files: readonly string[], importsIn: (file: string) => readonly string[]): string[] {
  const cycles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'open') cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (state.has(file)) return;
    state.set(file, 'open');
    for (const next of importsIn(file)) visit(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return cycles;
}

describe('arrows point one way', () => {
  test('lambda/core imports itself and a hash function, and nothing else; layers are streams, too', () => {
    const beyond = outside('lambda/core', /^lambda\/core\/|^node:crypto$/);
    const inLayers = ({ file, of }: Import) =>
      file.startsWith('lambda/core/layers/') && /^node:(stream(\/promises)?|zlib)$/.test(of);
    expect(beyond.filter((one) => !inLayers(one))).toEqual([]);
  });

  test('inside the core, audit stands on lifecycle and companion, lifecycle on companion, companion on layers, layers on manifest, and manifest on the port', () => {
    const port = '[a-z-]+$';
    const fromPort = importsOf('lambda/core').filter(({ file }) =>
      new RegExp(`^lambda/core/${port}`).test(file.slice(0, -3)),
    );
    expect(fromPort.filter(({ of }) => !new RegExp(`^lambda/core/${port}`).test(of))).toEqual([]);
    expect(outside('lambda/core/manifest', new RegExp(`^lambda/core/(manifest/|${port})|^node:crypto$`))).toEqual([]);
    expect(outside('lambda/core/companion', new RegExp(`^lambda/core/((companion|layers|manifest)/|${port})`))).toEqual(
      [],
    );
    const belowLayers = new RegExp(`^lambda/core/((layers|manifest)/|${port})|^node:(crypto|stream(/promises)?|zlib)$`);
    expect(outside('lambda/core/layers', belowLayers)).toEqual([]);
    expect(
      outside('lambda/core/lifecycle', new RegExp(`^lambda/core/((lifecycle|companion|manifest)/|${port})`)),
    ).toEqual([]);
    const belowAudit = new RegExp(`^lambda/core/((audit|lifecycle|companion|manifest)/|${port})`);
    expect(outside('lambda/core/audit', belowAudit)).toEqual([]);
  });

  test('lambda/core knows no clock, no environment, no network and no console', () => {
    const impure = /\b(process|console|fetch|setTimeout|setInterval|Date|Math\.random|performance)\b/;
    const code = (file: string) => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(sourcesIn('lambda/core').filter((file) => impure.test(code(file)))).toEqual([]);
  });

  test('lambda imports itself and the AWS SDK: no third-party code, nothing of the CDK', () => {
    expect(outside('lambda', /^lambda\/|^@aws-sdk\/client-(ecr|eventbridge)$|^node:/)).toEqual([]);
  });

  test('lambda/ecr and lambda/events stand beside each other on the core', () => {
    expect(
      outside('lambda/ecr', /^lambda\/(core|ecr)\/|^@aws-sdk\/client-ecr$|^node:(stream|timers\/promises)$/),
    ).toEqual([]);
    expect(outside('lambda/events', /^lambda\/(core|events)\/|^@aws-sdk\/client-eventbridge$/)).toEqual([]);
  });

  test('lib imports the CDK and the contract with the function', () => {
    expect(outside('lib', /^lib\/|^aws-cdk-lib(\/|$)|^constructs$|^node:|^lambda\/core\/contract$/)).toEqual([]);
  });

  test('bin stands on lib, lambda and local; only the CDK app knows lib', () => {
    const allowed =
      /^(bin|lib|lambda|local)(\/|$)|^package\.json$|^aws-cdk-lib$|^node:|^@aws-sdk\/|^@smithy\/|^(agent-base|commander|cli-progress|fastest-levenshtein|https?-proxy-agent|p-map)$/;
    expect(outside('bin', allowed)).toEqual([]);
    expect(
      importsOf('bin').filter(
        ({ file, of }) => /^(lib|aws-cdk-lib)/.test(of) && !/^bin\/(app|context)\.ts$/.test(file),
      ),
    ).toEqual([]);
  });

  test('inside bin, a command imports no other command, the inventory no command, and the terminal kit neither', () => {
    const commandOf = (path: string) => /^bin\/commands\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(path)?.[1];
    const acrossCommands = importsOf('bin/commands').filter(
      ({ file, of }) => commandOf(of) !== undefined && commandOf(of) !== commandOf(file),
    );
    expect(acrossCommands).toEqual([]);
    expect(importsOf('bin/inventory').filter(({ of }) => of.startsWith('bin/commands'))).toEqual([]);
    expect(importsOf('bin/cli').filter(({ of }) => /^bin\/(commands|inventory)/.test(of))).toEqual([]);
  });

  test('local runs the built function; it does not import it', () => {
    expect(outside('local', /^local(\/|$)|^node:|^(cli-table3|commander|tar-stream|yaml)$/)).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    const folders = ['bin', 'lambda', 'lib', 'local', 'scripts', 'test'];
    const fileOf = (path: string) => [`${path}.ts`, `${path}/index.ts`].filter((file) => existsSync(join(root, file)));
    const files = folders.flatMap(sourcesIn);
    expect(cyclesAmong(files, (file) => importsIn(file).flatMap(({ of }) => fileOf(of)))).toEqual([]);
  });

  test('these checks see the imports they are about', () => {
    expect(importsOf('lambda/core').length).toBeGreaterThan(20);
    expect(importsOf('lib').map(({ of }) => of)).toContain('lambda/core/contract');
    const graph: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['b'], d: ['a'] };
    expect(cyclesAmong(Object.keys(graph), (file) => graph[file] ?? [])).toEqual(['b -> c -> b']);
  });
});
