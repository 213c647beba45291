import { asBoolean, asList, asObject, asString, type JsonObject, optional } from '../aws/json';
import type { Resolver } from './resolver';

/** Whether the account has what `cdk bootstrap` makes, which this one has no need of. */
const CDK_BOOTSTRAP = 'CheckBootstrapVersion';

/**
 * What CloudFormation checks before it creates anything: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 * @throws with the description of the first assertion that doesn't hold
 */
export function checkAssertions(body: JsonObject, resolver: Resolver): void {
  for (const [name, value] of Object.entries(asObject(body.Rules ?? {}, '$.Rules'))) {
    if (name === CDK_BOOTSTRAP) continue;
    const path = `$.Rules.${name}`;
    const rule = asObject(value, path);
    const applies = rule.RuleCondition === undefined || isTrue(resolver, rule.RuleCondition, `${path}.RuleCondition`);
    if (!applies) continue;
    for (const [index, each] of asList(rule.Assertions, `${path}.Assertions`).entries()) {
      const at = `${path}.Assertions[${index}]`;
      const assertion = asObject(each, at);
      if (isTrue(resolver, assertion.Assert, `${at}.Assert`)) continue;
      throw new Error(
        optional(assertion.AssertDescription, `${at}.AssertDescription`, asString) ?? `${at} does not hold`,
      );
    }
  }
}

const isTrue = (resolver: Resolver, condition: unknown, path: string): boolean =>
  asBoolean(resolver.resolve(condition, path), path);
