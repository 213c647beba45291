import { notesOf, sectionsOf } from './changelog';

/** What decides whether a version can be released. */
export interface ReleaseFacts {
  readonly version: string;
  /** The tag that is released; absent in a rehearsal. */
  readonly tag: string | undefined;
  /** Files that differ from the commit, as `git status --porcelain` lists them. */
  readonly changes: readonly string[];
  readonly head: string;
  /** The commit that each tag names. */
  readonly tags: ReadonlyMap<string, string>;
  readonly changelog: string;
  /** By the name of the field in package.json, the addresses that packages are published under. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Markdown files by their paths. */
  readonly docs: ReadonlyMap<string, string>;
  /** Files that the build should have written, and did not. */
  readonly missing: readonly string[];
}

/** https://www.rfc-editor.org/rfc/rfc2606 reserves `.invalid`: nobody owns such a name. Maven writes names the other way round. */
const PLACEHOLDER = /\.invalid(?:\/|$)|^invalid\./;

const UNPUBLISHED = /\b(?:isn't|is not|hasn't been|has not been|nothing has been) (?:published|released)\b/i;

/** What keeps the version from being released, one sentence each, with what to do. */
export const blockersOf = (facts: ReleaseFacts): readonly string[] => [
  ...ofTree(facts),
  ...ofTags(facts),
  ...ofChangelog(facts),
  ...Object.entries(facts.addresses)
    .filter(([, address]) => PLACEHOLDER.test(address))
    .map(([field, address]) => `${field} of package.json is '${address}', a placeholder; set the real one`),
  ...[...facts.docs]
    .filter(([, text]) => UNPUBLISHED.test(text.replaceAll('\n', ' ')))
    .map(([file, text]) => `${file} says '${UNPUBLISHED.exec(text.replaceAll('\n', ' '))}'; say how to install it`),
  ...facts.missing.map((file) => `${file} was not built`),
];

const ofTree = ({ changes }: ReleaseFacts): readonly string[] =>
  changes.length > 0 ? [`the tree has uncommitted changes (${changes.join(', ')}); commit them`] : [];

function ofTags({ version, tag, tags, head }: ReleaseFacts): readonly string[] {
  const expected = `v${version}`;
  if (tag === undefined)
    return tags.has(expected) ? [`${expected} is released already; set the next version in package.json`] : [];
  if (tag !== expected) return [`the tag is '${tag}', and package.json has version ${version}; expected ${expected}`];
  const commit = tags.get(tag);
  return commit === head ? [] : [`${tag} names ${commit ?? 'nothing'}, and this is ${head}; check out the tag`];
}

function ofChangelog({ version, changelog }: ReleaseFacts): readonly string[] {
  const unreleased = sectionsOf(changelog).find(({ name }) => name === 'Unreleased');
  return [
    ...(notesOf(changelog, version)
      ? []
      : [`CHANGELOG.md has no section '## ${version} - YYYY-MM-DD' with entries; rename Unreleased`]),
    ...(unreleased?.text ? ['CHANGELOG.md still has entries under Unreleased; move them to the version'] : []),
  ];
}
