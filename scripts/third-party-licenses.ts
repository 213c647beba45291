import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const root = join(__dirname, '..');

interface Bundled {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly repository: { readonly url: string };
  readonly text: string;
}

/** The packages that are in the bundles. */
export function bundledPackages(bundles: readonly Metafile[]): readonly Bundled[] {
  const inputs = bundles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap((output) => Object.keys(output.inputs)),
  );
  return [...new Set(inputs.flatMap(folderOf))].sort().map(readPackage);
}

/** What the packages in the bundles ask to be shipped with their code; packages with the same text share a section. */
export function thirdPartyLicenses(bundles: readonly Metafile[]): string {
  const packages = bundledPackages(bundles);
  const sections = Map.groupBy(packages, (one) => one.text || textOfSibling(one, packages));
  return [...sections]
    .map(
      ([text, of]) =>
        `${'='.repeat(80)}\n${of.map(({ name, version, license }) => `${name} ${version} (${license})`).join('\n')}\n\n${text}\n`,
    )
    .join('\n');
}

/** Of a nested package the innermost. */
const folderOf = (input: string): string[] => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.slice() ?? [];

function readPackage(folder: string): Bundled {
  const read = (file: string) => readFileSync(join(root, folder, file), 'utf8').trim();
  const files = readdirSync(join(root, folder)).filter((name) => /^(licen[cs]e|notice)/i.test(name));
  return { ...JSON.parse(read('package.json')), text: files.sort().map(read).join('\n\n') };
}

/** Some repositories publish several packages and put the text into only a few of them. */
function textOfSibling({ name, license, repository }: Bundled, packages: readonly Bundled[]): string {
  const sibling = packages.find((one) => one.text && one.license === license && one.repository.url === repository.url);
  if (sibling) return sibling.text;
  throw new Error(
    `${name} is bundled without the text of its license (${license}); expected a file LICENSE* in it, or in another package of its repository`,
  );
}
