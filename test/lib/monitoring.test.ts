import { Duration, Lazy } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { type MonitoringOptions, type OciImageRemediation, RemediationAlarm } from '../../lib';
import { newRemediation, newStack, remediationIn, templateOf } from './support';

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
    remediation = newRemediation();
    template = templateOf(remediation);
  });

  const QUEUE = 'AWS/SQS';
  const OWN = 'EcrOciRemediation';
  const minutes = (count: number) => count * 60;
  test.each<[RemediationAlarm, string, string, string, number, number, string]>([
    [RemediationAlarm.OCI_IMAGES_PUSHED, OWN, 'OciImagesPushed', 'Sum', minutes(5), 1, '1 of 1'],
    [RemediationAlarm.REFUSED, OWN, 'Refused', 'Sum', minutes(5), 1, '1 of 1'],
    [RemediationAlarm.LIFECYCLE_RISK, OWN, 'LifecycleRisk', 'Sum', minutes(24 * 60), 1, '1 of 1'],
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

  test('these alarms exist and no other, in a list and by name', () => {
    const names = Object.values(RemediationAlarm).filter((name) => !name.startsWith('recompression-'));
    expect(alarmsOf(template).map(anchorOf).sort()).toEqual([...names].sort());
    expect(remediation.alarms).toEqual(names.map((name) => remediation.tryFindAlarm(name)));
  });

  test('pushes and audits each have an alarm on age', () => {
    const queues = [RemediationAlarm.PUSH_AGE, RemediationAlarm.AUDIT_AGE].map(
      (name) => alarmsOf(template).find((one) => anchorOf(one) === name)?.Dimensions,
    );
    expect(JSON.stringify(queues[0])).toContain('RemediationPushes');
    expect(JSON.stringify(queues[1])).toContain('RemediationAudits');
  });

  test('a dashboard shows alarms, pushes, outcomes, delays and quota', () => {
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
      'Time from push to companion (ms)',
      'Messages waiting',
      'Age of the oldest message (s)',
      'PutImage calls per second, and the quota of the account and Region',
      'Recent refusals (action required)',
      'Companions put where the lifecycle policy may expire a source for them',
    ]);
    expect(widgets[0].properties.alarms).toHaveLength(11);
    expect(remediation.dashboard).toBeDefined();
  });
});

describe('with props', () => {
  test('thresholds apply to their alarms', () => {
    const template = templateOf(
      newRemediation({
        alarmFailedThreshold: 50,
        alarmPushAge: Duration.hours(1),
        alarmAuditAge: Duration.days(2),
        alarmTimeToCompanion: Duration.seconds(30),
      }),
    );
    const thresholds = Object.fromEntries(alarmsOf(template).map((alarm) => [anchorOf(alarm), alarm.Threshold]));
    expect(thresholds).toMatchObject({
      failed: 50,
      'push-age': 3600,
      'audit-age': 172_800,
      'time-to-companion': 30_000,
    });
  });

  test('disabled alarms are not created, and the others notify the topic', () => {
    const stack = newStack();
    const remediation = remediationIn(stack, {
      alarmTopic: new sns.Topic(stack, 'Topic'),
      disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED, RemediationAlarm.THROTTLES],
    });
    const template = templateOf(remediation);
    expect(remediation.tryFindAlarm(RemediationAlarm.OCI_IMAGES_PUSHED)).toBeUndefined();
    expect(remediation.alarms).toHaveLength(9);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 9);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Object.keys(template.findResources('AWS::SNS::Topic'))[0] }],
    });
  });

  test('actions are added to every alarm, beside the topic', () => {
    const stack = newStack();
    const topics = ['Topic', 'Chat', 'Pager'].map((id) => new sns.Topic(stack, id));
    const [alarmTopic, ...others] = topics;
    const remediation = remediationIn(stack, { alarmTopic, disabledAlarms: [RemediationAlarm.THROTTLES] });
    remediation.addAlarmAction(...others.map((topic) => new SnsAction(topic)));
    const template = templateOf(remediation);
    template.resourceCountIs('AWS::CloudWatch::Alarm', remediation.alarms.length);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: topics.map(({ topicArn }) => stack.resolve(topicArn)),
    });
  });

  test('no alarms and no dashboard', () => {
    const remediation = newRemediation({ disabledAlarms: Object.values(RemediationAlarm), dashboard: false });
    const template = templateOf(remediation);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect([remediation.alarms, remediation.dashboard]).toEqual([[], undefined]);
  });

  test('a dashboard without alarms', () => {
    const remediation = newRemediation({ disabledAlarms: Object.values(RemediationAlarm) });
    const template = templateOf(remediation);
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).not.toContain('"Alarms\\');
  });

  test.each<[MonitoringOptions, string]>([
    [{ alarmFailedThreshold: 0 }, 'alarmFailedThreshold of Stack/Remediation is 0; expected a number above 0'],
    [{ alarmPushAge: Duration.seconds(0) }, 'alarmPushAge of Stack/Remediation is 0 seconds; expected a Duration'],
    [
      { alarmAuditAge: Duration.millis(0) },
      'alarmAuditAge of Stack/Remediation is 0 millis; expected a Duration above 0',
    ],
    [
      { alarmTimeToCompanion: Duration.days(0) },
      'alarmTimeToCompanion of Stack/Remediation is 0 days; expected a Duration above 0',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => newRemediation(options)).toThrow(message);
  });

  test('accepts a threshold that is known only at deployment', () => {
    expect(() => newRemediation({ alarmFailedThreshold: Lazy.number({ produce: () => 3 }) })).not.toThrow();
  });
});
