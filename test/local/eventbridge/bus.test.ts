import { RealClock } from '../../../local/clock';
import type { Template } from '../../../local/cloudformation';
import { pick } from '../../../local/cloudformation/pick';
import { Bus } from '../../../local/eventbridge';
import { createQueues } from '../../../local/sqs';
import { PLACE, probeEvent, probeTemplate, templateOf } from '../../support/probe';

function start(template: Template = probeTemplate()) {
  const lines: string[] = [];
  const queues = createQueues(template.queues, new RealClock(), () => {});
  const { rules, busNames } = template;
  const log = (line: string) => lines.push(line);
  const bus = new Bus({ ...PLACE, rules, busNames, queues, now: () => Date.UTC(2026, 10, 21), log });
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
  const { bus, bodies } = start();
  const event = probeEvent({});
  bus.put(event);
  bus.put(probeEvent({ 'image-tag': 'v1-dockerv2' }));
  expect(bodies('Pushes2B')).toEqual([{ body: event, attributes: {} }]);
  expect(bus.matching(event)).toEqual(['PushRule3C']);
  expect(bus.events).toHaveLength(2);
  expect(bus.undelivered).toEqual([]);
});

test('rules see the events of their own bus only', () => {
  const { bus, bodies } = start();
  bus.put(probeEvent({}), 'other');
  expect(bodies('Pushes2B')).toEqual([]);
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
        ERROR_MESSAGE: expect.stringContaining('no queue policy lets events.amazonaws.com send to Pushes2B'),
      },
    },
  ]);
});

test('without a dead-letter queue it is lost, but not unseen', () => {
  const { bus, lines } = start();
  bus.put(probeEvent({}, 'lost'));
  expect(bus.undelivered).toEqual([
    expect.objectContaining({
      rule: 'NotAllowedAndNoDeadLetters7A',
      reason: expect.stringContaining('the target has no dead-letter queue'),
    }),
  ]);
  expect(lines).toEqual([expect.stringContaining('event event is lost: rule NotAllowedAndNoDeadLetters7A')]);
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
  expect(() => bus.fire('PushRule')).toThrow('no single scheduled rule "PushRule"; there is: Daily4D');
});

const rule = (properties: object) => templateOf({ R: { Type: 'AWS::Events::Rule', Properties: properties } });

test.each<readonly [string, Template, string]>([
  ['an invalid pattern', rule({ EventPattern: { a: [] } }), 'rule R: Event pattern is not valid. Reason: Empty arrays'],
  [
    'a long pattern',
    rule({ EventPattern: { a: ['x'.repeat(4_096)] } }),
    'rule R: the event pattern has 4106 characters; AWS takes 4096',
  ],
  [
    'a target that is no queue',
    rule({ Targets: [{ Id: 'T', Arn: 'arn:aws:sns:x' }] }),
    'target arn:aws:sns:x is not a queue',
  ],
])('%s is refused at the start', (_, template, message) => {
  expect(() => start(template)).toThrow(message);
});
