import { flag, optionalText, text } from './parameter';

const concurrency = { type: 'Number', default: 2, minValue: 2, maxValue: 1_000 } as const;
const expectedConcurrency = 'expected a whole number from 2 to 1000';

export const AUDIT_PARAMETERS = {
  AuditSchedule: optionalText({
    label: 'Schedule of audits',
    description:
      'When to look for companions that are missing or out of date: rate(1 day), rate(N hours) with at most 24, or cron(...) in UTC. Empty: no schedule.',
    default: 'rate(1 day)',
    // An audit less often than once in the audit window would miss the pushes in between.
    pattern: 'rate\\((?:1 day|1 hour|(?:[2-9]|1[0-9]|2[0-4]) hours)\\)|cron\\([0-9A-Z ,*?/#-]+\\)',
    expected: 'rate(1 day), rate(1 hour) to rate(24 hours), or cron(...)',
  }),
  AuditWindowDays: text({
    label: 'Audit window in days',
    description:
      'How long ago an image may have been pushed to get a new companion from an audit. At least the time between two audits.',
    default: '7',
    pattern: '[1-9][0-9]{0,4}',
    expected: 'a whole number of days above 0',
  }),
  AlwaysBackfill: flag({
    label: 'Backfill in every audit',
    description: 'Whether each scheduled audit gives companions to images of any age.',
    default: 'false',
  }),
  MaxConcurrency: {
    label: 'Batches of pushes at a time',
    description: 'How many batches of pushes are processed at the same time.',
    constraintDescription: expectedConcurrency,
    ...concurrency,
  },
  PutImagesPerSecond: {
    label: 'PutImage rate of pushes',
    description:
      'The most PutImage calls per second of each batch of pushes. By default an account has 10 in a Region, and every docker push counts.',
    type: 'Number',
    default: 2,
    // So that ten pushes with four platforms each end within 40 seconds.
    minValue: 1,
    maxValue: 1_000,
    constraintDescription: 'expected a number of at least 1',
  },
  AuditMaxConcurrency: {
    label: 'Batches of audits at a time',
    description: 'How many batches of audits, and of the repairs that they request, are processed at the same time.',
    constraintDescription: expectedConcurrency,
    ...concurrency,
  },
  AuditPutImagesPerSecond: {
    label: 'PutImage rate of audits',
    description: 'The most PutImage calls per second of each batch of audits and repairs.',
    type: 'Number',
    default: 0.5,
    // So that five repairs with four platforms each end within 40 seconds.
    minValue: 0.5,
    maxValue: 1_000,
    constraintDescription: 'expected a number of at least 0.5',
  },
} as const;
