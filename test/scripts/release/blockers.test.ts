import { blockersOf, type ReleaseFacts } from '../../../scripts/release/blockers';

const READY: ReleaseFacts = {
  version: '1.2.0',
  tag: undefined,
  changes: [],
  head: 'c2',
  tags: new Map([['v1.1.0', 'c1']]),
  changelog:
    '# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-12-01\n\n### Added\n\n- Something.\n\n## 1.1.0 - 2026-11-01\n\n- First.\n',
  addresses: { 'repository.url': 'example.com', 'java.groupId': 'com.example', 'go.moduleName': 'example.com/go' },
  docs: new Map([['docs/cli.md', 'Install it.']]),
  missing: [],
};
const blockers = (facts: Partial<ReleaseFacts>) => blockersOf({ ...READY, ...facts });

test('nothing keeps a version from being released that is in the changelog, in a clean tree, and has no tag yet', () => {
  expect(blockersOf(READY)).toEqual([]);
});

test.each<[string, Partial<ReleaseFacts>, RegExp]>([
  ['uncommitted changes', { changes: ['lib/index.ts'] }, /^the tree has uncommitted changes \(lib\/index\.ts\)/],
  ['a version that has a tag', { version: '1.1.0' }, /^v1\.1\.0 is released already/],
  ['a tag of another version', { tag: 'v1.3.0' }, /^the tag is 'v1\.3\.0', .* expected v1\.2\.0$/],
  ['a tag that is missing', { tag: 'v1.2.0' }, /^v1\.2\.0 names nothing/],
  [
    'a tag on another commit',
    { tag: 'v1.2.0', tags: new Map([['v1.2.0', 'c1']]) },
    /^v1\.2\.0 names c1, and this is c2/,
  ],
  ['a changelog without the version', { version: '1.3.0' }, /^CHANGELOG\.md has no section '## 1\.3\.0 - YYYY-MM-DD'/],
  [
    'a version without a date',
    { changelog: '## 1.2.0\n\n- Something.\n' },
    /^CHANGELOG\.md has no section '## 1\.2\.0 - /,
  ],
  [
    'a version without entries',
    { changelog: '## 1.2.0 - 2026-12-01\n\n## 1.1.0 - 2026-11-01\n\n- First.\n' },
    /^CHANGELOG\.md has no section/,
  ],
  [
    'entries that are left under Unreleased',
    { changelog: READY.changelog.replace('## Unreleased\n', '## Unreleased\n\n- Late.\n') },
    /^CHANGELOG\.md still has entries under Unreleased/,
  ],
  [
    'a placeholder for a host',
    { addresses: { url: 'repository.invalid' } },
    /^url of package\.json is 'repository\.invalid'/,
  ],
  [
    'a placeholder for a path',
    { addresses: { go: 'repository.invalid/go' } },
    /^go of package\.json is .* a placeholder/,
  ],
  ['a placeholder for a groupId', { addresses: { java: 'invalid.repository' } }, /^java of package\.json is/],
  [
    'a page that says there is no package',
    { docs: new Map([['docs/cli.md', "Build it: it\nisn't\npublished."]]) },
    /^docs\/cli\.md says 'isn't published'/,
  ],
  ['a file that was not built', { missing: ['dist/x.yaml'] }, /^dist\/x\.yaml was not built$/],
])('%s does', (_what, facts, message) => {
  expect(blockers(facts)).toEqual([expect.stringMatching(message)]);
});

test('a tag of this version on this commit is what the workflow releases', () => {
  expect(blockers({ tag: 'v1.2.0', tags: new Map([['v1.2.0', 'c2']]) })).toEqual([]);
});
