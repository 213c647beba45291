/** Why a tag with the name of a companion stays. docs/cli.md lists the same. */
export const KEPT_REASONS = {
  unproven: 'the service would make another image of the source tag now, or none: the tag is out of date, or not ours',
  orphan: 'the source tag is gone, so this may be the only copy of the image; `--orphans` removes it',
  archived: 'the source tag names an archived image',
  referenced: 'an index in the repository names the image, and ECR keeps the last tag of such an image',
  'unknown-name': 'it has the name of a companion of another platform, or is made from a companion tag',
  'tag-excluded': '`--exclude-tag` has the source tag',
  'opted-out': 'the repository has the resource tag `ecr-oci-remediation: disabled`',
  moved: 'the tag or its source tag changed while the command ran',
  unreadable: "the registry didn't return a manifest that it takes to tell",
} as const;
export type KeptReason = keyof typeof KEPT_REASONS;

export type Verdict =
  | { readonly kind: 'removable' }
  | { readonly kind: 'kept'; readonly reason: KeptReason; readonly detail: string };

export const REMOVABLE: Verdict = { kind: 'removable' };

export const kept = (reason: KeptReason, detail: string): Verdict => ({ kind: 'kept', reason, detail });
