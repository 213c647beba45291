import { rmSync } from 'node:fs';
import { RemediationAlarm } from '../../../lib';
import { synthesize } from '../../support/assembly';
import { runYear, type YearResult } from './year';

const DAYS = 8;

let assembly: string;
beforeAll(() => {
  assembly = synthesize({ disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED] });
});
afterAll(() => rmSync(assembly, { recursive: true }));

describe(`${DAYS} days of the year that npm run year simulates`, () => {
  let result: YearResult;
  beforeAll(async () => {
    result = await runYear({ assembly, days: DAYS });
  }, 120_000);

  test('no source is lost, nothing is a dead letter, and somebody could act on every alarm', () => {
    expect(result).toMatchObject({
      sourcesLost: [],
      deadLetters: 0,
      alarmsInVain: [],
      companionsMissing: [],
      pullTimesChanged: 0,
    });
  });

  test('there were pushes, lost events, audits, refusals, skips and alarms', () => {
    expect(result.pushes).toBeGreaterThan(DAYS * 25);
    expect(result.lostEvents).toBeGreaterThan(1);
    expect(result.audits).toBeGreaterThan(DAYS * 15);
    expect(Object.keys(result.outcomes)).toEqual(
      expect.arrayContaining([
        'converted',
        'refused: access-denied',
        'refused: kms-key',
        'refused: zstd-layer',
        'skipped: already-docker',
        'skipped: opted-out',
      ]),
    );
    expect(result.alarms.length).toBeGreaterThan(8);
  });
});

test('without anybody who acts, sources are lost: it would have been seen', async () => {
  const { sourcesLost, alarmsInVain } = await runYear({ assembly, days: 3, hasOperator: false });
  expect(sourcesLost.length).toBeGreaterThan(10);
  expect(alarmsInVain.length).toBeGreaterThan(10);
}, 60_000);
