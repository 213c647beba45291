import { Duration } from 'aws-cdk-lib';
import { COMPANION_FOR } from '../../lambda/core/companion/policy';
import { UNCOMPRESSED_LAYERS } from '../../lambda/core/manifest/convert';
import { AuditSchedule, CompanionFor, UncompressedLayers } from '../../lib';

describe('enums have exactly the words that the function reads', () => {
  test('CompanionFor', () => expect(Object.values(CompanionFor)).toEqual(COMPANION_FOR));
  test('UncompressedLayers', () => expect(Object.values(UncompressedLayers)).toEqual(UNCOMPRESSED_LAYERS));
});

test('AuditSchedule refuses an interval of less than an hour', () => {
  expect(() => AuditSchedule.rate(Duration.minutes(59))).toThrow(
    'audit interval is 59 minutes; expected at least 1 hour',
  );
});
