import type { Template } from 'aws-cdk-lib/assertions';
import type { Outcome } from '../../lambda/core/companion/outcome';
import { outcomeDetail } from '../../lambda/events/outcome-event';
import { compilePattern } from '../../local/eventbridge';
import { ruleOf } from '../lib/support';
import { ADDRESS } from '../support/fake-service';

export const EVENT_ID = 'e4b8c1f0-5a3d-4e0b-9c61-2f7d8a9b0c1d';

/** What the target of a rule receives of an outcome; undefined if the rule doesn't match it. */
export function inputOf(template: Template, rule: string, outcome: Outcome): unknown {
  const event = {
    id: EVENT_ID,
    source: 'ecr-oci-remediation',
    'detail-type': 'Image Remediation',
    detail: outcomeDetail(outcome, ADDRESS),
  };
  const { EventPattern, Targets } = ruleOf(template, rule).properties;
  // They are references, which only a deployment resolves.
  const { account, region, ...pattern } = EventPattern;
  if (!compilePattern(pattern).matches(event)) return undefined;
  const [{ InputTransformer }] = Targets;
  return transformed(InputTransformer, event);
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
function transformed(
  { InputPathsMap, InputTemplate }: { InputPathsMap: Record<string, string>; InputTemplate: string },
  event: object,
): unknown {
  const valueAt = (name: string): unknown =>
    InputPathsMap[name]
      ?.split('.')
      .slice(1)
      .reduce((value: object, key) => Object.entries(value).find(([found]) => found === key)?.[1], event);
  return JSON.parse(
    InputTemplate.replace(/":<([^>]+)>/g, (_, name) => `":${JSON.stringify(valueAt(name))}`).replace(
      /<([^>]+)>/g,
      (_, name) => `${valueAt(name)}`,
    ),
  );
}
