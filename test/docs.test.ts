import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { REFUSAL_REASONS, SKIP_REASONS } from '../lambda/core/reasons';

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const capturesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, capture]) => `${capture}`);
const rowsIn = (text: string) => [...text.matchAll(/^\|(.+)\|$/gm)].map(([, cells]) => `${cells}`.split('|'));

describe('docs/outcomes.md', () => {
  const section = (name: string) =>
    read('docs/outcomes.md')
      .split(/^## /m)
      .find((part) => part.startsWith(name)) ?? '';
  const listed = (name: string) => capturesIn(section(name), /^\| `([a-z0-9-]+)` \|/gm).sort();

  test('lists every reason, and no other', () => {
    expect(listed('Skipped')).toEqual(Object.keys(SKIP_REASONS).sort());
    expect(listed('Refused')).toEqual(Object.keys(REFUSAL_REASONS).sort());
  });
});

/** The optional members of the interfaces in these files of lib. */
const propsIn = (isWanted: (file: string) => boolean) =>
  globSync('lib/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.d.ts') && isWanted(file))
    .flatMap((file) => capturesIn(read(file), /^ {2}readonly (\w+)\?:/gm));
const isOfDockerV2Image = (file: string) => file.includes('docker-v2-image');

describe('docs/docker-v2-image.md', () => {
  test('has a row for each option, and for no other', () => {
    const [, options = ''] = read('docs/docker-v2-image.md').split(/^## Options$/m);
    const named = rowsIn(options.split(/^## /m)[0] ?? '').flatMap(([prop = '']) => capturesIn(prop, /`(\w+)`/g));
    // Internal: what a source is bound to.
    const props = propsIn(isOfDockerV2Image).filter((prop) => prop !== 'companionTag');
    expect(named.sort()).toEqual(props.sort());
  });
});

describe('docs/configuration.md', () => {
  const [, options = ''] = read('docs/configuration.md').split(/^## Options$/m);
  const cells = rowsIn(options.split(/^## /m)[0] ?? '');

  test('has a row for each prop, and for no other', () => {
    const props = propsIn((file) => !isOfDockerV2Image(file));
    expect(cells.flatMap(([prop = '']) => capturesIn(prop, /`(\w+)`/g)).sort()).toEqual(props.sort());
  });

  test('has each context key, and no other', () => {
    const [keys = ''] = capturesIn(read('bin/context.ts'), /const KEYS = \[([^\]]+)\]/g);
    expect(cells.flatMap(([, context = '']) => capturesIn(context, /-c '?(\w+)=/g)).sort()).toEqual(
      capturesIn(keys, /'(\w+)'/g).sort(),
    );
  });
});

describe('every Markdown file', () => {
  const files = globSync('{*.md,{docs,examples,.github}/**/*.md}', { cwd: root, exclude: ['**/node_modules'] });
  const withoutCode = (text: string) => text.replace(/^ *```[\s\S]*?^ *```/gm, '');

  /** https://github.com/gjtorikian/html-pipeline: lower case, no punctuation, a dash for each space. */
  const anchorsIn = (file: string) =>
    capturesIn(withoutCode(read(file)), /^#+ (.+)$/gm).map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );

  const brokenLinks = (file: string, text: string) =>
    capturesIn(withoutCode(text), /\]\(([^)\s]+)\)/g)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path ? relative(root, join(root, dirname(file), path)) : file;
        return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsIn(target).includes(anchor));
      });

  test.each(files)('%s links to files and sections that exist', (file) => {
    expect(brokenLinks(file, read(file))).toEqual([]);
  });

  test('a link to a file or a section that does not exist is noticed', () => {
    const text = '[a](cli.md) [b](cli.md#wait) [c](nowhere.md) [d](cli.md#nowhere) [e](#nowhere)';
    expect(brokenLinks('docs/ci.md', text)).toEqual(['nowhere.md', 'cli.md#nowhere', '#nowhere']);
  });

  test('names only files that exist', () => {
    const path = /`((?:bin|docs|examples|lambda|lib|local|scripts|test)\/[\w./-]+\.\w+)`/g;
    const named = files.flatMap((file) => capturesIn(read(file), path).map((name) => ({ file, name })));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => !existsSync(join(root, name)))).toEqual([]);
  });

  test('is in the index, if it is a page of docs', () => {
    const index = read('docs/README.md');
    const pages = globSync('docs/*.md', { cwd: root }).map((file) => relative('docs', file));
    expect(pages.filter((page) => page !== 'README.md' && !index.includes(`](${page})`))).toEqual([]);
  });
});
