import { markdownOf } from './markdown';
import { type Report, redact, reportOf, summaryOf } from './report';

const report = (more: Partial<Report> = {}): Report =>
  reportOf({
    startedAt: '2026-11-01T00:00:00.000Z',
    minutes: 3,
    where: 'AWS',
    region: 'eu-north-1',
    account: '111122223333',
    deployedBy: 'the CDK CLI',
    steps: [{ name: 'push', outcome: 'passed', detail: 'a|b', seconds: 1 }],
    questions: [{ number: 1, text: 'Why?', meaning: 'because', evidence: [] }],
    left: [],
    ...more,
  });

test('a report names neither the account nor who ran it', () => {
  const evidence = [
    'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/Admin/jane@example.com is not authorized',
    '111122223333.dkr.ecr.eu-north-1.amazonaws.com/a:v1',
    'arn:aws:iam::444455556666:user/teams/jane, arn:aws:iam::111122223333:role/ecr-oci-integ-1',
  ];
  const { questions, account } = redact(report({ questions: [{ number: 1, text: '', meaning: '', evidence }] }));
  expect(account).toBe('<account>');
  expect(questions[0]?.evidence).toEqual([
    'AccessDeniedException: User: <principal> is not authorized',
    '<account>.dkr.ecr.eu-north-1.amazonaws.com/a:v1',
    '<principal>, arn:aws:iam::<account>:role/ecr-oci-integ-1',
  ]);
});

test('an account that is not known hides nothing else', () => {
  expect(redact(report({ account: 'unknown' })).steps).toEqual(report().steps);
});

test('the page says if it was not AWS, keeps its tables whole, and tells an open question from one that was not asked', () => {
  expect(markdownOf(report())).not.toContain('Not a run on AWS');
  expect(markdownOf(report({ where: 'http://localhost:1' }))).toContain('Not a run on AWS');
  expect(markdownOf(report())).toContain('| push | passed | 1 | a\\|b |');
  expect(markdownOf(report())).toContain('| 1 | Why? | not asked | because |');
  const open = { number: 1, text: 'Why?', meaning: 'unclear', evidence: ['a:B: accepted'] };
  expect(markdownOf(report({ questions: [open] }))).toContain('| 1 | Why? | open | unclear |');
});

test('the summary counts what passed apart from what did not', () => {
  const steps = (['passed', 'not available', 'not run'] as const).map((outcome) => ({
    name: outcome,
    outcome,
    detail: '',
    seconds: 0,
  }));
  expect(summaryOf(report({ steps }))).toBe(
    'steps: 1 passed, 0 failed, 1 not available, 1 not run; 0 of 1 questions have an answer',
  );
});
