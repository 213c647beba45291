interface Section {
  /** `Unreleased`, or a version. */
  readonly name: string;
  readonly date: string | undefined;
  readonly text: string;
}

/** The sections of a changelog in the format of https://keepachangelog.com/en/1.1.0/ */
export const sectionsOf = (changelog: string): readonly Section[] =>
  changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      const [, name = '', date] = /^(\S+)(?: - (\d{4}-\d{2}-\d{2}))?$/.exec(heading) ?? [];
      return { name, date, text: lines.join('\n').trim() };
    });

/** What users notice of a version; nothing if the changelog doesn't say, or not when. */
export function notesOf(changelog: string, version: string): string | undefined {
  const section = sectionsOf(changelog).find(({ name }) => name === version);
  return (section?.date && section.text) || undefined;
}
