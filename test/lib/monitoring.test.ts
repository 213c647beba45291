import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { REFUSAL_REASONS } from '../../lambda/core/reasons';
import { readWork } from '../../lambda/events/work';
import {
  type MonitoringOptions,
  OciImageRemediation,
  type OciImageRemediationProps,
  OciImageRemediationStack,
  RemediationAlarm,
} from '../../lib';

function inNewStack(props?: OciImageRemediationProps): OciImageRemediation {
  return new OciImageRemediation(new Stack(new App(), 'Stack'), 'Remediation', props);
}

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly [property: string]: unknown;
}

function alarmsOf(template: Template): readonly AlarmProperties[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
}

const anchorOf = ({ AlarmDescription }: AlarmProperties) => /docs\/runbook\.md#([a-z-]+) /.exec(AlarmDescription)?.[1];

describe('with no props', () => {
  let remediation: OciImageRemediation;
  let template: Template;
  beforeAll(() => {
    remediation = inNewStack();
    template = Template.fromStack(Stack.of(remediation));
  });

  const QUEUE = 'AWS/SQS';
  const OWN = 'EcrOciRemediation';
  const minutes = (count: number) => count * 60;
  test.each<[RemediationAlarm, string, string, string, number, number, string]>([
    [RemediationAlarm.OCI_IMAGES_PUSHED, OWN, 'OciImagesPushed', 'Sum', minutes(5), 1, '1 of 1'],
    [RemediationAlarm.REFUSED, OWN, 'Refused', 'Sum', minutes(5), 1, '1 of 1'],
    [RemediationAlarm.FAILED, OWN, 'Failed', 'Sum', minutes(5), 10, '2 of 3'],
    [RemediationAlarm.DEAD_LETTERS, QUEUE, 'ApproximateNumberOfMessagesVisible', 'Maximum', minutes(5), 1, '1 of 1'],
    [RemediationAlarm.PUSH_AGE, QUEUE, 'ApproximateAgeOfOldestMessage', 'Maximum', minutes(5), 900, '1 of 1'],
    [RemediationAlarm.AUDIT_AGE, QUEUE, 'ApproximateAgeOfOldestMessage', 'Maximum', minutes(5), 86_400, '1 of 1'],
    [RemediationAlarm.FUNCTION_ERRORS, 'AWS/Lambda', 'Errors', 'Sum', minutes(5), 1, '1 of 1'],
    [RemediationAlarm.THROTTLES, 'AWS/Lambda', 'Throttles', 'Sum', minutes(5), 1, '3 of 3'],
    [RemediationAlarm.TIME_TO_COMPANION, OWN, 'TimeToCompanion', 'p99', minutes(15), 300_000, '1 of 1'],
    [RemediationAlarm.OUTCOMES_NOT_PUBLISHED, OWN, 'OutcomesNotPublished', 'Sum', minutes(5), 1, '1 of 1'],
  ])(
    '%s looks at %s %s, %s over %i s, against %i, %s',
    (name, namespace, metricName, statistic, period, threshold, when) => {
      const [alarm, ...others] = alarmsOf(template).filter((one) => anchorOf(one) === name);
      expect(others).toEqual([]);
      expect(alarm).toMatchObject({
        Namespace: namespace,
        MetricName: metricName,
        [statistic.startsWith('p') ? 'ExtendedStatistic' : 'Statistic']: statistic,
        Period: period,
        Threshold: threshold,
        DatapointsToAlarm: Number(when.split(' of ')[0]),
        EvaluationPeriods: Number(when.split(' of ')[1]),
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
        AlarmDescription: expect.stringMatching(/^[A-Z].+\. .+\. Runbook: docs\/runbook\.md#\S+ in the package \S+\.$/),
      });
      expect(alarm).not.toHaveProperty('AlarmActions');
      expect(alarm?.AlarmDescription.length).toBeLessThanOrEqual(1024);
    },
  );

  test('there are these alarms and no other, in a list and by name', () => {
    const names = Object.values(RemediationAlarm);
    expect(alarmsOf(template).map(anchorOf).sort()).toEqual([...names].sort());
    expect(remediation.alarms).toEqual(names.map((name) => remediation.tryFindAlarm(name)));
  });

  test('the queues of pushes and of audits have each their own alarm on age', () => {
    const queues = [RemediationAlarm.PUSH_AGE, RemediationAlarm.AUDIT_AGE].map(
      (name) => alarmsOf(template).find((one) => anchorOf(one) === name)?.Dimensions,
    );
    expect(JSON.stringify(queues[0])).toContain('RemediationPushes');
    expect(JSON.stringify(queues[1])).toContain('RemediationAudits');
  });

  test('a dashboard shows what the issue asks for', () => {
    const [{ Properties } = { Properties: {} }] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = Properties.DashboardBody['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : 'TOKEN'))
      .join('');
    const { widgets, start } = JSON.parse(body);
    expect(start).toBe('-P1D');
    expect(widgets.map(({ properties }: { properties: { title: string } }) => properties.title)).toEqual([
      'Alarms',
      'Pushes by media type',
      'Outcomes',
      'Refusals by reason',
      'Milliseconds from push to companion',
      'Messages that wait',
      'Seconds that the oldest message waits',
      'PutImage calls a second, against the quota of the account and Region',
      'Recent refusals: a person must act',
    ]);
    expect(widgets[0].properties.alarms).toHaveLength(10);
    expect(remediation.dashboard).toBeDefined();
  });
});

describe('what the deployer chose', () => {
  test('thresholds move their alarms', () => {
    const template = Template.fromStack(
      Stack.of(
        inNewStack({
          alarmFailedThreshold: 50,
          alarmPushAge: Duration.hours(1),
          alarmAuditAge: Duration.days(2),
          alarmTimeToCompanion: Duration.seconds(30),
        }),
      ),
    );
    const thresholds = Object.fromEntries(alarmsOf(template).map((alarm) => [anchorOf(alarm), alarm.Threshold]));
    expect(thresholds).toMatchObject({
      failed: 50,
      'push-age': 3600,
      'audit-age': 172_800,
      'time-to-companion': 30_000,
    });
  });

  test('alarms that are off do not exist, and the others notify the topic', () => {
    const stack = new Stack(new App(), 'Stack');
    const remediation = new OciImageRemediation(stack, 'Remediation', {
      alarmTopic: new sns.Topic(stack, 'Topic'),
      disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.THROTTLES],
    });
    const template = Template.fromStack(stack);
    expect(remediation.tryFindAlarm(RemediationAlarm.OCI_IMAGES_PUSHED)).toBeUndefined();
    expect(remediation.alarms).toHaveLength(8);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 8);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Object.keys(template.findResources('AWS::SNS::Topic'))[0] }],
    });
  });

  test('no alarms and no dashboard', () => {
    const remediation = inNewStack({ disabledAlarms: Object.values(RemediationAlarm), dashboard: false });
    const template = Template.fromStack(Stack.of(remediation));
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect([remediation.alarms, remediation.dashboard]).toEqual([[], undefined]);
  });

  test('a dashboard without alarms', () => {
    const remediation = inNewStack({ disabledAlarms: Object.values(RemediationAlarm) });
    const template = Template.fromStack(Stack.of(remediation));
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).not.toContain('"Alarms\\');
  });

  test.each<[MonitoringOptions, string]>([
    [{ alarmFailedThreshold: 0 }, 'alarmFailedThreshold of Stack/Remediation is 0; expected a number above 0'],
    [{ alarmPushAge: Duration.seconds(0) }, 'alarmPushAge of Stack/Remediation is no time at all; expected a Duration'],
    [{ alarmAuditAge: Duration.millis(0) }, 'alarmAuditAge of Stack/Remediation is no time at all'],
    [{ alarmTimeToCompanion: Duration.days(0) }, 'alarmTimeToCompanion of Stack/Remediation is no time at all'],
  ])('refuses %j', (options, message) => {
    expect(() => inNewStack(options)).toThrow(message);
  });

  test('takes a threshold that is known only at deployment', () => {
    expect(() => inNewStack({ alarmFailedThreshold: Lazy.number({ produce: () => 3 }) })).not.toThrow();
  });
});

describe('docs/runbook.md', () => {
  const runbook = readFileSync(path.join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
  const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    `${title}`
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const alarmSections = [...(runbook.split(/^## The alarms$/m)[1]?.split(/^## /m)[0] ?? '').matchAll(/^### (.+)$/gm)];

  test('has a section for each alarm, under the anchor that its text names', () => {
    for (const name of Object.values(RemediationAlarm)) {
      expect(anchors.filter((anchor) => anchor === name)).toEqual([name]);
    }
    expect(alarmSections).toHaveLength(Object.values(RemediationAlarm).length);
  });

  test('tells of each alarm how to look and how to cure', () => {
    for (const [, title] of alarmSections) {
      const section = runbook.split(`### ${title}\n`)[1]?.split(/^##/m)[0] ?? '';
      expect([title, /\*\*Look\.\*\*/.test(section), /\*\*Cure\.\*\*/.test(section)]).toEqual([title, true, true]);
    }
  });

  test('says of each refusal reason what to do, and names no other', () => {
    const [, refusals = ''] = runbook.split(/^## The refusals$/m);
    const named = [...(refusals.split(/^## /m)[0] ?? '').matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell]) =>
      [...`${cell}`.matchAll(/`([a-z0-9-]+)`/g)].map(([, reason]) => reason),
    );
    expect(named.sort()).toEqual(Object.keys(REFUSAL_REASONS).sort());
  });

  test('links to sections that exist', () => {
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => `${anchor}`);
    expect(links.length).toBeGreaterThan(15);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });

  test('asks for work by events that the function reads', () => {
    const entries = [...runbook.matchAll(/--entries '(.+)'$/gm)].flatMap(([, json]) => JSON.parse(`${json}`));
    const works = entries.map(({ Source, DetailType, Detail }) =>
      readWork(
        JSON.stringify({
          id: '1',
          account: '123456789012',
          region: 'eu-north-1',
          source: Source,
          'detail-type': DetailType,
          detail: JSON.parse(Detail),
        }),
      ),
    );
    expect(works).toMatchObject([
      { kind: 'repair', image: { repository: 'team/app', tag: 'v1' } },
      { kind: 'repository-audit', repository: 'team/app' },
      { kind: 'registry-audit' },
    ]);
  });

  test('asks the stack only for outputs that it has', () => {
    const template = Template.fromStack(new OciImageRemediationStack(new App(), 'Stack'));
    const outputs = [...runbook.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => `${name}`);
    expect(outputs.length).toBeGreaterThan(3);
    expect(outputs.filter((name) => !(name in template.findOutputs('*')))).toEqual([]);
  });
});
