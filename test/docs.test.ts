import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { EXIT } from '../bin/cli/exit-code';
import { NO_COUNTS } from '../lambda/core/audit/counts';
import { METRICS, REQUESTS } from '../lambda/core/contract';
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

/** Where the docs name what the code has, and where the code has it. */
const NAMED: readonly [string, () => readonly string[], () => readonly string[]][] = [
  [
    'docs/outcomes.md has every outcome, and no other',
    () => capturesIn(read('docs/outcomes.md').split(/^## /m)[0] ?? '', /^\| `(\w+)`/gm),
    () => capturesIn(read('lambda/core/companion/outcome.ts'), /readonly outcome: '(\w+)'/g),
  ],
  [
    'docs/outcomes.md has every field of the event, and no other',
    () => {
      const [, event = ''] = read('docs/outcomes.md').split(/^## The event$/m);
      const [section = ''] = event.split(/^## /m);
      const [, example = '{}'] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
      return [...Object.keys(JSON.parse(example).detail), ...capturesIn(section, /^- `(\w+)`/gm), 'reason', 'detail'];
    },
    () =>
      capturesIn(
        /interface OutcomeDetail \{([\s\S]*?)^\}/m.exec(read('lambda/events/outcome-event.ts'))?.[1] ?? '',
        /^ {2}readonly (\w+)/gm,
      ),
  ],
  [
    'docs/how-it-works.md has every field of the event after an audit, and no other',
    () => {
      const [, section = ''] =
        /`Repository Audit Finished` event:\n([\s\S]*?)^## /m.exec(read('docs/how-it-works.md')) ?? [];
      const [, example = '{}'] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
      return [...Object.keys(JSON.parse(example).detail), ...capturesIn(section.split('```').at(-1) ?? '', /`(\w+)`/g)];
    },
    () => [
      ...Object.keys(NO_COUNTS),
      ...capturesIn(
        /const detail = \{ (.*\.\.\.counts.*) \};/.exec(read('lambda/audit-repository.ts'))?.[1] ?? '',
        /(?<!\.)\b(\w+)/g,
      ),
    ],
  ],
  [
    'docs/outcomes.md has every metric, and no other',
    () =>
      rowsIn(read('docs/outcomes.md').split(/^## The metrics$/m)[1] ?? '').flatMap(([name = '']) =>
        capturesIn(name, /`(\w+)`/g),
      ),
    () => Object.values(METRICS),
  ],
  [
    'docs/cli.md has every exit code, and no other',
    () => {
      const [, codes = ''] = read('docs/cli.md').split(/^## Exit codes$/m);
      return rowsIn(codes.split(/^## /m)[0] ?? '').flatMap(([code = '']) => capturesIn(code, /\b(\d+)\b/g));
    },
    () => Object.values(EXIT).map(String),
  ],
];

test.each(NAMED)('%s', (_, named, known) => {
  expect([...new Set(named())].sort()).toEqual([...new Set(known())].sort());
  expect(known().length).toBeGreaterThan(4);
});

test('the docs name every event that requests work', () => {
  const docs = globSync('docs/*.md', { cwd: root }).map(read).join('\n');
  expect(Object.values(REQUESTS).filter((type) => !docs.includes(type))).toEqual([]);
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
