import { MAX_TAG_LENGTH, SOCI_TAG_SUFFIX } from '../contract';
import { type Platform, platformTagPart } from '../manifest/platform';
import type { SkipReason } from '../reasons';

/** How a companion tag is made of its source tag: `v1` and `-dockerv2`, or `dockerv2-` and `v1`. */
export type CompanionTagForm = { readonly suffix: string } | { readonly prefix: string };

/**
 * The tag of the companion. A further platform's comes after the suffix (`v1-dockerv2-arm64`), or after the prefix and a dash
 * (`dockerv2--arm64-v1`): no tag begins with a dash, so it is no other tag's companion.
 * @param furtherPlatform absent for the first platform, which has the plain tag
 */
export function companionTagOf(tag: string, form: CompanionTagForm, furtherPlatform?: Platform): string {
  const part = furtherPlatform && platformTagPart(furtherPlatform);
  if ('suffix' in form) return `${tag}${form.suffix}${part ? `-${part}` : ''}`;
  return `${form.prefix}${part ? `-${part}-` : ''}${tag}`;
}

/** The source tag that this is a companion of, if it is one of these platforms. */
export function sourceTagOf(
  companionTag: string,
  form: CompanionTagForm,
  platforms: readonly Platform[],
): string | undefined {
  const sources = platforms.flatMap((platform, at) => {
    const empty = companionTagOf('', form, at > 0 ? platform : undefined);
    if (companionTag.length <= empty.length) return [];
    if ('suffix' in form) return companionTag.endsWith(empty) ? [companionTag.slice(0, -empty.length)] : [];
    return companionTag.startsWith(empty) ? [companionTag.slice(empty.length)] : [];
  });
  return sources.find((tag) => !tag.startsWith('-'));
}

export const isTagTooLong = (tag: string): boolean => tag.length > MAX_TAG_LENGTH;

/**
 * Why this tag gets no companion, if so. A tag that has the suffix anywhere counts: the SOCI index builder makes
 * `v1-dockerv2-soci` of our `v1-dockerv2`, and the two services would never end.
 */
export function skipReasonOfTag(tag: string, form: CompanionTagForm): SkipReason | undefined {
  if (tag === '') return 'untagged';
  if ('suffix' in form ? tag.includes(form.suffix, 1) : tag.startsWith(form.prefix)) return 'companion-tag';
  if (tag.endsWith(SOCI_TAG_SUFFIX)) return 'soci-tag';
  return undefined;
}
