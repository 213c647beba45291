import { LOCAL_ACCOUNT } from '../../../local/aws/account-region';
import { RealClock } from '../../../local/clock';
import type { Template } from '../../../local/cloudformation';
import { pick } from '../../../local/cloudformation/pick';
import { Bus } from '../../../local/eventbridge';
import { createQueues } from '../../../local/sqs';
import { probeEvent, probeTemplate, templateOf } from '../../support/probe';

function start(template: Template = probeTemplate()) {
  const lines: string[] = [];
  const queues = createQueues(template.queues, new RealClock(), () => {});
  const { rules, busNames } = template;
  const log = (line: string) => lines.push(line);
  const bus = new Bus({ ...LOCAL_ACCOUNT, rules, busNames, queues, now: () => Date.UTC(2026, 10, 21), log });
  const bodies = (name: string) => {
    const { arn } = pick(name, 'queue', template.queues);
    return (queues.get(arn)?.queue.messages ?? []).map(({ body, attributes }) => ({
      body: JSON.parse(body),
      attributes,
    }));
  };
  return { bus, bodies, lines };
}

test('an event reaches the queue whole, once per enabled rule that matches', () => {
  const { bus, bodies, lines } = start();
  const event = probeEvent({});
  bus.put(event);
  bus.put(probeEvent({ 'image-tag': 'v1-dockerv2' }));
  expect(bodies('Pushes2B')).toEqual([{ body: event, attributes: {} }]);
  expect(bus.matching(event)).toEqual(['PushRule3C']);
  expect(bus.events).toHaveLength(2);
  expect(lines).toEqual([]);
});

test('rules see the events of their own bus only; another bus has to exist', () => {
  const { bus, bodies, lines } = start();
  bus.redeliver(probeEvent({}), 'other');
  bus.put(probeEvent({}), 'other');
  expect(bodies('Pushes2B')).toEqual([]);
  expect(bus.events).toEqual([]);
  expect(lines).toEqual(['event bus other does not exist: event event is dropped']);
});

test('without permission the event goes to the dead-letter queue of the target, and says why', () => {
  const { bus, bodies } = start();
  const event = probeEvent({}, 'not-allowed');
  bus.put(event);
  expect(bodies('Pushes2B')).toEqual([]);
  expect(bodies('RuleDeadLetters5E')).toEqual([
    {
      body: event,
      attributes: {
        RULE_ARN: 'arn:aws:events:eu-north-1:123456789012:rule/Probe-NotAllowed6F',
        TARGET_ARN: 'arn:aws:sqs:eu-north-1:123456789012:Probe-Pushes2B',
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: expect.stringContaining('events.amazonaws.com may not send to Pushes2B'),
      },
    },
  ]);
});

test('without a dead-letter queue the event is lost, and the log says so', () => {
  const { bus, lines } = start();
  bus.put(probeEvent({}, 'lost'));
  expect(lines).toEqual([
    expect.stringMatching(
      /^event event is lost: rule NotAllowedAndNoDeadLetters7A: .*; the target has no dead-letter queue$/,
    ),
  ]);
});

test('deliver may lose, double or reorder what the rules see', () => {
  const { bus, bodies } = start();
  const held: ReturnType<typeof probeEvent>[] = [];
  bus.deliver = (event) => {
    if (event.detail.n === 1) {
      held.push(event);
      return [];
    }
    return [event, event, ...held];
  };
  bus.put(probeEvent({ n: 1 }));
  bus.put(probeEvent({ n: 2 }));
  expect(bodies('Pushes2B').map(({ body }) => body.detail.n)).toEqual([2, 2, 1]);
});

test('a scheduled rule is fired by hand, with its constant input', () => {
  const { bus, bodies } = start();
  bus.fire('Daily');
  expect(bodies('Pushes2B')).toEqual([{ body: { do: 'succeed', why: 'schedule' }, attributes: {} }]);
  expect(() => bus.fire('PushRule')).toThrow('there is no scheduled rule "PushRule"; expected one of: Daily4D');
});

const rule = (properties: object) => templateOf({ R: { Type: 'AWS::Events::Rule', Properties: properties } });

test.each<readonly [string, Template, string]>([
  ['an invalid pattern', rule({ EventPattern: { a: [] } }), 'rule R: Event pattern is not valid. Reason: Empty arrays'],
  [
    'a long pattern',
    rule({ EventPattern: { a: ['x'.repeat(4_096)] } }),
    'rule R: the event pattern has 4106 characters; AWS allows 4096',
  ],
  [
    'a target that is not a queue',
    rule({ Targets: [{ Id: 'T', Arn: 'arn:aws:sns:x' }] }),
    'expected a queue of this template as its target, got arn:aws:sns:x',
  ],
])('%s is refused at the start', (_, template, message) => {
  expect(() => start(template)).toThrow(message);
});
