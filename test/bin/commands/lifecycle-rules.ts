/** The newest images, by a tag pattern. */
export const keepNewest = (countNumber: number, tagPattern: string, rulePriority = 1): object => ({
  rulePriority,
  description: `the newest ${countNumber} of ${tagPattern}`,
  selection: { tagStatus: 'tagged', tagPatternList: [tagPattern], countType: 'imageCountMoreThan', countNumber },
  action: { type: 'expire' },
});

/** All images that were pushed within so many days. */
export const keepDays = (countNumber: number, rulePriority = 1): object => ({
  rulePriority,
  selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber },
  action: { type: 'expire' },
});

/** What nobody pulled for 30 days is archived. */
export const ARCHIVE_UNPULLED: object = {
  rulePriority: 1,
  selection: { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 30 },
  action: { type: 'transition', targetStorageClass: 'archive' },
};
